"""What every page stands in: the menu, forms, filters, words. It knows no entity and no table of the queue."""
