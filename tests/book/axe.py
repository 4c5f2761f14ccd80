"""axe-core, run in a page: all its rules, but no selectors of the elements that pass."""

from importlib.resources import files

from browser import freeze, thaw

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# axe keeps the private fields of its objects in weak maps, which takes a third of its time
FIELDS = """
class Fields {
    key = Symbol();
    has(object) { return this.key in object; }
    get(object) { return object[this.key]; }
    set(object, value) { object[this.key] = value; return this; }
    add(object) { return this.set(object, true); }
    delete(object) { return delete object[this.key]; }
}
const WeakMap = Fields, WeakSet = Fields;
"""
# axe parses the few colours of a page again for each element, which takes another third
COLOURS = """
const { Color } = axe.commons.color, { parseString } = Color.prototype, known = new Map();
Color.prototype.parseString = function (text) {
    if (!known.has(text)) known.set(text, parseString.call(new Color(), text));
    const { r, g, b, alpha } = known.get(text);
    return Object.assign(this, { r, g, b, alpha });
};
"""
# axe seeks what it remembers in lists, one entry after the other, which takes a tenth of the rest
SEEKS = "if(!a(e))return l.apply(this,arguments);"
LOOKS_UP = "if(!a(e))return place(this,e);"
PLACES = """
const memory = Symbol();
function place(list, value) {
    if (!(list[memory]?.length <= list.length)) list[memory] = { length: 0, places: new Map() };
    const seen = list[memory];
    for (; seen.length < list.length; seen.length++)
        if (!seen.places.has(list[seen.length])) seen.places.set(list[seen.length], seen.length);
    return seen.places.get(value) ?? -1;
}
"""
assert AXE.count(SEEKS) == 1
# what looks as something that passed, on the same ground, has the same contrast
CONTRAST = """
const contrast = axe._audit.checks["color-contrast"], judge = contrast.evaluate;
const grounds = new Map(), passed = new Set();
window.forget = () => [grounds, passed].forEach((memory) => memory.clear());
// whether an element may lie over others than its ancestors
const moved = ({ position, inset, margin, transform }) =>
    /absolute|fixed|sticky/.test(position) || (position === "relative" && /[1-9]/.test(inset)) ||
    margin.includes("-") || transform !== "none";
function ground(element) {
    if (!element) return "";
    if (!grounds.has(element)) {
        const style = getComputedStyle(element), { backgroundColor, opacity } = style;
        const own = [backgroundColor, style.backgroundImage, opacity, style.filter].join();
        const place = moved(style) ? `of its own, ${grounds.size}` : "";
        const below = ground(element.parentElement);
        const clear = own === "rgba(0, 0, 0, 0),none,1,none" && !place;
        grounds.set(element, clear ? below : `${below} ${place} ${own}`);
    }
    return grounds.get(element);
}
contrast.evaluate = function (element, ...rest) {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const look = [ground(element), color, fontSize, fontWeight, textShadow].join();
    const verdict = passed.has(look) || judge.call(this, element, ...rest);
    if (verdict === true) passed.add(look);
    return verdict;
};
"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN = """async (options) => {
    forget();
    const { violations } = await axe.run({ ...options, selectors: false });
    return violations.map(({ help, nodes }) => [help, nodes.map((node) => node.html)]);
}"""
SETTLED = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def violations(page, *, preload=True, colours_only=False):
    """Return what axe finds wrong with a page as it looks now, and the elements.

    Without ``preload`` no rule is applied that reads the style sheets themselves. A formula is
    seen as one sign.
    """
    if not page.evaluate("'axe' in window"):
        axe = AXE.replace(SEEKS, LOOKS_UP)
        page.evaluate(f"() => {{{FIELDS}{PLACES}{axe}{COLOURS}{CONTRAST}}}")
    page.evaluate(SETTLED)
    freeze(page)
    only = {"runOnly": COLOUR_RULES} if colours_only else {}
    found = page.evaluate(RUN, {"preload": preload} | only)
    thaw(page)
    return found
