"""Acumatica ERP: contract-based REST, generic inquiries over OData, push notifications."""
