import { byId } from "./dom.js";
import { tabs } from "./tabs.js";

// On a narrow screen, the policy, the matrix and the exchange are tabs. On a wide
// one, the style sheet shows all three and hides the tabs.

const narrow = matchMedia("(max-width: 799px)");
const choose = tabs([...byId("views").children]);

// show brings a part of the page into view, and reports whether that hid another.
export function show(view) {
  choose(byId(`view-${view}`));
  return narrow.matches;
}
