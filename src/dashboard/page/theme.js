// Light, dark or as the system says. Runs before the page is drawn, so that it never flashes.
(() => {
  const KEY = "varve-theme";
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;

  function stored() {
    try {
      const choice = localStorage.getItem(KEY);
      return CHOICES.includes(choice) ? choice : "system";
    } catch {
      return "system"; // storage may be forbidden
    }
  }

  function apply(choice) {
    if (choice === "system") delete root.dataset.theme;
    else root.dataset.theme = choice;
  }

  function choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // then it lasts as long as the page
    }
    apply(choice);
    document.dispatchEvent(new Event("themechange"));
  }

  let current = stored();
  apply(current);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new Event("themechange"));
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const signs = { system: "◐", light: "☀", dark: "☾" };
    const show = () => {
      button.textContent = signs[current];
      button.setAttribute("aria-label", `Colours: ${current}. Press to change`);
      button.title = `Colours: ${current}`;
    };
    show();
    button.addEventListener("click", () => {
      current = CHOICES[(CHOICES.indexOf(current) + 1) % CHOICES.length];
      choose(current);
      show();
    });
  });
})();
