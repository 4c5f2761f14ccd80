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
RUN = """async (preload) => {
    const { violations } = await axe.run({ preload, selectors: false });
    return violations.map(({ help, nodes }) => [help, nodes.map((node) => node.html)]);
}"""
SETTLED = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def violations(page, *, preload=True, briefly=False):
    """Return what axe finds wrong with a page as it looks now, and the elements.

    Without ``preload`` no rule is applied that reads the style sheets themselves. Where a page is
    seen `briefly`, a formula is one sign.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{{FIELDS}{PLACES}{AXE.replace(SEEKS, LOOKS_UP)}{COLOURS}}}")
    page.evaluate(SETTLED)
    if not briefly:
        return page.evaluate(RUN, preload)
    freeze(page)
    found = page.evaluate(RUN, preload)
    thaw(page)
    return found
