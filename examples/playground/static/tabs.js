import { byId } from "./dom.js";

// tabs makes buttons with aria-controls the tabs of what they control, after the
// ARIA pattern: arrows choose a tab, Tab leaves for its panel. It returns the
// function that chooses one.
export function tabs(buttons, chosen = () => {}) {
  const choose = (button) => {
    for (const b of buttons) {
      b.setAttribute("aria-selected", String(b === button));
      b.tabIndex = b === button ? 0 : -1;
      byId(b.getAttribute("aria-controls")).hidden = b !== button;
    }
    chosen(button);
  };
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => choose(button));
    button.addEventListener("keydown", (event) => {
      const last = buttons.length - 1;
      const to = { ArrowRight: i === last ? 0 : i + 1, ArrowLeft: i === 0 ? last : i - 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(buttons[to]);
      buttons[to].focus();
    });
  });
  choose(buttons.find((b) => b.getAttribute("aria-selected") === "true") ?? buttons[0]);
  return choose;
}
