// Before the first paint: the theme that this browser's user chose here. Without a choice the style sheets
// follow the system's own preference.
(function () {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.bsTheme = chosen;
  } catch { /* storage is blocked: the system's preference holds */ }
})();
