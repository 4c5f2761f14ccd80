"""`host.js` gives an explorer what Jupyter would: an anywidget model."""

import json

import pytest


@pytest.fixture
def run(visit, html, root):
    """Run a front end's `render` body in a page, and return what it logs."""

    def run(body, *, buffers=(), export="{ render }", **state):
        page = visit("index.html", base=f"{html.as_uri()}/")  # no server forbids what it tries
        front = f"const log = []; async function render({{ model, el }}) {{ {body}"
        front += f"; el.dataset.log = JSON.stringify(log) }} return {export};"
        model = {"state": state, "buffers": list(buffers)}
        page.evaluate(
            f"""(model) => {{
                window.explorerData = {{ model, code() {{ {front} }} }};
            }}""",
            model,
        )
        page.evaluate(
            """() => {
                const el = document.createElement("div");
                el.className = "explorer";
                el.id = "tested";
                const empty = URL.createObjectURL(new Blob([""]));
                el.dataset.frontEnd = `${empty}#/code`;
                el.dataset.model = `${empty}#/model`;
                document.body.replaceChildren(el);
            }"""
        )
        page.add_script_tag(path=root / "_ext/static/host.js")
        ready = page.locator("#tested[data-ready=true]")
        ready.wait_for(state="attached")
        return json.loads(ready.get_attribute("data-log"))

    return run


def test_get_reads_the_state(run):
    assert run("log.push(model.get('k'))", k=3) == [3]


def test_set_changes_the_state(run):
    assert run("model.set('k', 4); model.save_changes(); log.push(model.get('k'))", k=3) == [4]


def test_set_announces_the_name_and_then_the_model(run):
    body = "model.on('change', () => log.push('any'));"
    body += "model.on('change:k', (m, v) => log.push(m === model, v)); model.set('k', 4)"
    assert run(body, k=3) == [True, 4, "any"]


def test_set_of_the_same_value_announces_nothing(run):
    assert run("model.on('change:k change', () => log.push('heard')); model.set('k', 3)", k=3) == []


def test_set_takes_several_values_at_once(run):
    body = "model.on('change', () => log.push(model.get('k'), model.get('j')));"
    assert run(body + "model.set({k: 4, j: 5})", k=3, j=3) == [4, 5]


def test_off_silences_one_callback(run):
    body = "const f = () => log.push('f'), g = () => log.push('g');"
    body += "model.on('change:k', f); model.on('change:k', g);"
    body += "model.off('change:k', f); model.set('k', 4)"
    assert run(body, k=3) == ["g"]


def test_buffers_arrive_as_data_views(run):
    buffer = {"path": ["data", "a"], "data": "AQID", "encoding": "base64"}
    body = "const view = model.get('data').a; log.push(view instanceof DataView, view.getUint8(2))"
    assert run(body, buffers=[buffer], data={}) == [True, 3]


def test_default_export_may_be_a_function(run):
    assert run("log.push('rendered')", export="async () => ({ render })") == ["rendered"]
