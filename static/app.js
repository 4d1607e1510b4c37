// Only what HTML cannot do: times in the user's zone, focus on the first error, copy buttons, the theme
// button, and a word when the server is away. Every page works without it.
(function () {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";  // for the server: it writes and reads times
  if (!document.cookie.split("; ").includes("zone=" + zone)) document.cookie = "zone=" + zone + "; path=/; max-age=31536000; samesite=lax";

  const spoken = document.documentElement.lang;  // the browser may know more of it: de-AT
  const locale = navigator.languages.find((name) => name.split("-")[0] === spoken) || spoken;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

  function localTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const instant = new Date(time.dateTime);
      if (isNaN(instant)) continue;
      const local = format.format(instant);
      time.title = local;
      if (time.hasAttribute("data-exact")) time.textContent = local;
    }
  }

  function focusFirstError(root) {
    const wrong = root.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  }

  function showCopyButtons(root) {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const text = "value" in source ? source.value : source.textContent;
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(text.trim());
      label.textContent = document.body.dataset.copied;
    } catch {
      label.textContent = document.body.dataset.byHand;
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  const THEMES = ["auto", "light", "dark"];

  function currentTheme() { return document.documentElement.dataset.bsTheme || "auto"; }

  function nextTheme(button) {
    const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = next;
    try {
      if (next === "auto") localStorage.removeItem("theme"); else localStorage.setItem("theme", next);
    } catch { /* storage is blocked: the choice lasts for this page */ }
    nameTheme(button);
  }

  function nameTheme(button) {
    const name = button.querySelector("span");
    name.textContent = name.dataset[currentTheme()];
  }

  // A dialog whose OK waits for a choice; without scripts the server asks for one.
  function waitForChoice(root) {
    for (const form of root.querySelectorAll("form[data-choose]")) {
      const button = form.querySelector("button");
      const look = () => { button.disabled = !form.querySelector("input[type=radio]:checked"); };
      form.addEventListener("change", look);
      look();
    }
  }

  function away(isAway) {
    const sign = document.getElementById("offline");
    if (sign) sign.hidden = !isAway;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy], #theme");
    if (!button) return;
    if (button.id === "theme") nextTheme(button); else copy(button);
  });
  document.addEventListener("htmx:load", (event) => {
    localTimes(event.target);
    showCopyButtons(event.target);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr && event.detail.xhr.status === 422) focusFirstError(document);
  });
  document.addEventListener("htmx:sendError", () => away(true));
  document.addEventListener("htmx:afterOnLoad", () => away(false));

  const themeButton = document.getElementById("theme");
  if (themeButton) {
    nameTheme(themeButton);
    themeButton.hidden = false;
  }
  localTimes(document);
  waitForChoice(document);
  showCopyButtons(document);
  focusFirstError(document);
})();
