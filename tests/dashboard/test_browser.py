"""The dashboard in a real browser, over a real `varve run` that has seen hostile files.

With VARVE_SCREENSHOTS=DIR the pictures of the documentation are written there.
"""

import gzip
import os
import pathlib
import sqlite3

import pytest
from harness import Pipeline, Running, numbered, put, wait_until
from webdriver import Browser, binaries

MARKUP = "<img src=x onerror=window.harmed=1>.ndjson"
HOSTILE = [MARKUP, "new\nline.ndjson", "a b+c%20.ndjson", "émoji 🪨.ndjson", "\u202egpj.ndjson",
           "&amp;\"'quotes.ndjson", "sub/dir/deep.ndjson"]
BAD_LINES = (b'{"n": 1}\n<script>window.harmed = 1</script>\n{"n": 2, "n": 2}\n{"price": NaN}\n'
             b'\n{"text": "\xff"}\n[1, 2]\n{"n": 3\n')
PHONE = (390, 844)
DESK = (1360, 900)
SCREENSHOTS = os.environ.get("VARVE_SCREENSHOTS")

pytestmark = pytest.mark.skipif(binaries() is None, reason="no chromium and chromedriver here")


class Dashboard:
    """A browser on a running pipeline."""

    def __init__(self, browser, running, pipeline):
        self.browser, self.running, self.pipeline = browser, running, pipeline

    def open(self, page=""):
        # From elsewhere: with the address of the same page only the part after # would change.
        self.browser.go("about:blank")
        self.browser.go(f"http://{self.running.address}/#/{page}")
        self.browser.wait("#health .finding")

    def picture(self, name):
        if SCREENSHOTS:
            # The folders of a test are nobody's.
            self.browser.run("""
                const places = document.querySelector(".places");
                if (places) places.textContent = "/srv/incoming/shop → /srv/lake/shop";
                """)
            self.browser.screenshot(pathlib.Path(SCREENSHOTS).absolute() / f"dashboard-{name}.png")


def bury(pipeline, *bodies):
    """Events that nobody can read, as a stranger may send them."""
    with sqlite3.connect(pipeline.output / "_varve/varve.db", timeout=30) as database:
        database.executemany(
            "INSERT INTO messages (queue, body, receive_count, sent_us, visible_us) "
            "VALUES ('main', ?, 0, 0, 0)", [(body,) for body in bodies])
    database.close()


def leave(browser):
    """Without what the browser itself says of requests that were refused or not answered."""
    browser.go("about:blank")
    browser.log()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dashboard")
    pipeline = Pipeline(folder, "--max-wait", "500ms", "--attempts-max", 1, "--max-files", 10,
                        "--backoff", "1ms", "--backoff-max", "1ms")
    for day in (17, 18, 19):
        for n in range(12):
            put(pipeline.input, f"2025-01-{day}/shop-{n:02}.ndjson", numbered(f"{day}-{n}", 400 + n))
    with Running(pipeline) as running:
        wait_until(lambda: pipeline.count("completed") == 36, "the ordinary files")
        for name in HOSTILE:
            put(pipeline.input, name, numbered(name, 5))
        put(pipeline.input, "2025-01-18/bad-lines.ndjson", BAD_LINES)
        put(pipeline.input, "2025-01-18/cut off.ndjson.gz",
            gzip.compress(numbered("cut", 5000).encode())[:-60])
        wait_until(lambda: pipeline.count("completed") == 37 + len(HOSTILE), "the hostile files")
        wait_until(lambda: pipeline.count("failed") == 1, "the broken file")
        bury(pipeline, "not an event <b>bold</b>", '{"Records": [{"s3": null}]}')
        wait_until(lambda: pipeline.status()["queue"]["dead"] == 2, "the dead letters")
        with Browser(folder / "profile") as browser:
            yield Dashboard(browser, running, pipeline)


@pytest.fixture(autouse=True)
def frame(dashboard):
    """Each test begins at a desk by daylight, and must leave nothing on the console."""
    browser = dashboard.browser
    browser.viewport(*DESK)
    browser.scheme("light")
    yield
    assert browser.log() == []
    assert browser.run("return window.harmed ?? null") is None
    assert browser.run("return document.querySelectorAll('main img, main script').length") == 0


def test_overview_tells_what_is_wrong_and_counts_each_stage(dashboard):
    browser = dashboard.browser
    dashboard.open()
    browser.wait(".finding.problem .sentence", "1 file could not be converted and was given up")
    browser.wait(".finding.problem .advice", "Since")
    browser.wait(".finding.attention", "2 events about files could not be understood")
    browser.wait(".stage.tracking .value", str(37 + len(HOSTILE)))
    browser.wait(".stage.letters .value", "2")
    browser.wait(".stage.output .value", f"{dashboard.pipeline.status()['rows']:,}")
    browser.wait(".equation .quarantined", "quarantined")
    assert len(browser.run("return [...document.querySelectorAll('.way')].map("
                           "(way) => way.getAttribute('d')).filter(Boolean)")) == 10
    browser.wait(".chart p", "rows; at most", deadline_s=90)
    assert "[object" not in browser.text("body") and "undefined" not in browser.text("body")
    browser.click(browser.wait("#health a", "Show the files"))
    browser.wait("h1", "Files")
    assert "status=failed" in browser.run("return location.hash")


def test_the_layout_does_not_jump(dashboard):
    dashboard.open()
    dashboard.browser.wait(".chart p", "rows; at most", deadline_s=90)
    shift = dashboard.browser.command("execute/async", {"args": [], "script": """
        const done = arguments[0];
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 300);
        """})
    assert shift < 0.1


def test_files_are_searched_filtered_and_paged(dashboard):
    browser = dashboard.browser
    dashboard.open("files")
    browser.wait("td.key", MARKUP)
    browser.wait("td.key", "new\\nline.ndjson")
    browser.wait("td.key", "\\u202egpj.ndjson")
    browser.type(browser.wait("input[name=prefix]"), "2025-01-18/shop")
    browser.click(browser.wait(".filters button", "Search"))
    browser.wait(".pager", "12 shown")
    assert "shop-00" in browser.text("tbody") and MARKUP not in browser.text("tbody")
    dashboard.picture("files")
    dashboard.open("files?status=failed")
    browser.wait("td.key", "cut off.ndjson.gz")
    browser.wait(".pager", "1 shown")
    dashboard.open("files?quarantined=true")
    browser.wait("td.key", "bad-lines.ndjson")
    browser.wait(".pager", "1 shown")


def test_a_long_list_goes_on_and_back(dashboard):
    browser = dashboard.browser
    for n in range(60):
        put(dashboard.pipeline.input, f"many/{n:03}.ndjson", numbered(f"many{n}", 1))
    wait_until(lambda: len(dashboard.pipeline.files("--prefix", "many/")) == 60, "sixty files")
    dashboard.open("files?prefix=many/")
    browser.wait(".pager", "Page 1, 50 shown")
    browser.click(browser.wait(".pager button", "Next"))
    browser.wait(".pager", "Page 2, 10 shown, the last")
    assert "many/059" in browser.text("tbody")
    browser.click(browser.wait(".pager button", "Previous"))
    browser.wait(".pager", "Page 1, 50 shown")
    assert "many/000" in browser.text("tbody")


def test_a_hostile_file_has_its_timeline(dashboard):
    browser = dashboard.browser
    dashboard.open("files?prefix=" + "%3Cimg")
    browser.click(browser.wait("td.key a", MARKUP))
    browser.wait("h1", MARKUP)
    states = browser.run("return [...document.querySelectorAll('.timeline .state')].map("
                         "(state) => state.textContent)")
    assert states == ["pending", "claimed", "processing", "completed"]
    browser.wait(".equation", "5 lines = 5 rows + 0 quarantined + 0 blank")


def test_a_failed_file_is_retried(dashboard):
    browser = dashboard.browser
    dashboard.open("file?key=2025-01-18%2Fcut+off.ndjson.gz")
    browser.wait(".version .error-text", "Last error")
    browser.wait(".version .advice", "What to do")
    dashboard.picture("file")
    browser.click(browser.wait("button", "Retry"))
    browser.wait(".toast", "It is tried again")
    key = "2025-01-18/cut off.ndjson.gz"

    def retried():
        return [event for event in dashboard.pipeline.explain(key)["versions"][0]["events"]
                if "in the dashboard" in event["detail"]]
    wait_until(retried, "its history tells of the retry")
    wait_until(lambda: dashboard.pipeline.state_of(key) == "failed", "it fails once more")
    dashboard.open("files?status=failed")
    browser.click(browser.wait("button", "Retry all failed files"))
    browser.wait(".toast", "1 file tried again")
    wait_until(lambda: dashboard.pipeline.state_of(key) == "failed", "it fails once more")


def test_a_finished_file_is_converted_again(dashboard):
    browser = dashboard.browser
    key = "2025-01-17/shop-03.ndjson"
    dashboard.open("file?key=" + key)
    browser.click(browser.wait("button", "Convert again"))
    browser.wait(".toast", "its rows are replaced")
    batch = dashboard.pipeline.explain(key)["versions"][0]["batch"]
    wait_until(lambda: [one for one in dashboard.pipeline.json_lines("batches", "--limit", 0)
                        if one["batch"] == batch and one["reruns"] == 1
                        and one["state"] == "completed"], "the batch is done again")


def test_batches_lead_to_their_files(dashboard):
    browser = dashboard.browser
    dashboard.open("batches")
    browser.wait("td .state.completed")
    dashboard.picture("batches")
    dashboard.open("batches?quarantined=true")
    browser.click(browser.wait("td.key a"))
    browser.wait("h2", "output")
    browser.wait(".names a", "bad-lines.ndjson")
    browser.wait("code.hash")


def test_the_quarantine_shows_the_line_and_the_reason(dashboard):
    browser = dashboard.browser
    dashboard.open("quarantine")
    browser.wait(".bad-line .raw", "<script>window.harmed = 1</script>")
    browser.wait(".bad-line .code", "duplicate_key")
    browser.wait(".bad-line .soft", "base64, since it is not UTF-8")
    browser.wait(".bad-line .where", "line 2")
    assert "6 shown, the last" in browser.text(".pager")
    dashboard.picture("quarantine")
    dashboard.open("quarantine?file=2025-01-17%2Fshop-00.ndjson")
    browser.wait(".empty", "No bad lines here")


def test_dead_letters_are_redriven(dashboard):
    browser = dashboard.browser
    dashboard.open("letters")
    browser.wait(".letter .raw", "not an event <b>bold</b>")
    browser.wait("nav .badge", "2")
    dashboard.picture("letters")
    before = {one["id"]: one["died"] for one in dashboard.pipeline.json_lines("dlq", "list")}
    browser.click(browser.wait(".letter button", "Redrive"))
    browser.wait(".toast", "is back in the queue")

    def died_again():
        now = {one["id"]: one["died"] for one in dashboard.pipeline.json_lines("dlq", "list")}
        return len(now) == 2 and sum(now[letter] != before[letter] for letter in before) == 1
    wait_until(died_again, "it was read again, and is still no event")
    browser.click(browser.wait("button", "Redrive all"))
    browser.wait(".toast", "events back in the queue")
    wait_until(lambda: dashboard.pipeline.status()["queue"]["dead"] == 2, "both died once more")


def test_alerts_are_told(dashboard):
    dashboard.open("alerts")
    dashboard.browser.wait(".alert", "a file failed for good")


def test_everything_is_reached_by_keyboard(dashboard):
    browser = dashboard.browser
    dashboard.open()
    browser.wait(".stage.input")
    focused = "return document.activeElement.textContent.trim()"
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    browser.press("Tab")
    assert browser.run(focused) == "Skip to the page"
    browser.press("Enter")
    assert browser.run("return document.activeElement.id") == "main"
    reached = []
    for _ in range(12):
        browser.press("Tab")
        reached.append(browser.run(focused))
        assert browser.run(outline) != "none", reached
    assert any(text.startswith("Input") for text in reached), reached
    assert any(text.startswith("Output") for text in reached), reached
    for _ in range(40):
        browser.press("Tab", shift=True)
        if browser.run(focused) == "Files":
            break
    browser.press("Enter")
    browser.wait("td.key")
    assert browser.run("return document.activeElement.id") == "main"
    for _ in range(6):
        browser.press("Tab")
        if browser.run("return document.activeElement.name") == "prefix":
            break
    browser.type(browser.run("return document.activeElement"), "sub/")
    browser.press("Enter")
    browser.wait(".pager", "1 shown")


def test_everything_has_a_name(dashboard):
    for page in ("", "files", "batches", "quarantine", "letters", "alerts"):
        dashboard.open(page)
        dashboard.browser.wait("main .page > *")
        unnamed = dashboard.browser.run("""
            return [...document.querySelectorAll("a, button, input, select, canvas, dialog")]
              .filter((node) => node.type !== "hidden" && !(node.textContent.trim() || node.ariaLabel ||
                node.labels?.length || node.getAttribute("aria-labelledby")))
              .map((node) => node.outerHTML);
            """)
        assert unnamed == [], page


@pytest.mark.parametrize("page", ["", "files", "file?key=2025-01-18%2Fcut+off.ndjson.gz", "batches",
                                  "quarantine", "letters", "alerts"])
def test_a_phone_needs_no_sideways_scrolling(dashboard, page):
    browser = dashboard.browser
    browser.viewport(*PHONE, phone=True)
    dashboard.open(page)
    browser.wait("main .page > *")
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]
    beyond = browser.run("""
        return [...document.querySelectorAll("main *, #health *")].filter((node) =>
          node.getBoundingClientRect().right > innerWidth + 1 && !node.closest("pre, .hidden-label"))
          .map((node) => node.outerHTML.slice(0, 200));
        """)
    assert beyond == []
    small = browser.run("""
        return [...document.querySelectorAll("button, .button, #pages a")].filter((node) =>
          node.getClientRects().length > 0 && node.getBoundingClientRect().height < 30)
          .map((node) => node.textContent);
        """)
    assert small == []
    if page == "":
        browser.click(browser.wait(".choice button", "15 min"))
        browser.wait(".chart p", "rows; at most", deadline_s=90)
        dashboard.picture("phone")


def test_dark_by_the_system_and_by_choice(dashboard):
    browser = dashboard.browser
    background = "return getComputedStyle(document.body).backgroundColor"
    dashboard.open()
    browser.click(browser.wait(".choice button", "15 min"))
    browser.wait(".choice button[aria-pressed=true]", "15 min")
    browser.wait(".chart p", "rows; at most", deadline_s=90)
    dashboard.picture("overview")
    light = browser.run(background)
    browser.scheme("dark")
    dark = browser.run(background)
    assert light != dark
    dashboard.picture("dark")
    toggle = browser.wait("#theme")
    browser.click(toggle)
    assert browser.run(background) == light
    dashboard.open()
    assert browser.run(background) == light, "the choice lasts"
    toggle = browser.wait("#theme")
    browser.click(toggle)
    browser.scheme("light")
    assert browser.run(background) == dark
    browser.click(toggle)
    assert browser.run(background) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(dashboard, scheme):
    """Contrast of at least 4.5 (WCAG AA) of all text on the pages with the most colours."""
    browser = dashboard.browser
    browser.scheme(scheme)
    for page in ("", "files", "quarantine"):
        dashboard.open(page)
        browser.wait("main .page > *")
        browser.wait(".card, td")
        faint = browser.run("""
            const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
            const rgba = (colour) => {
              canvas.clearRect(0, 0, 1, 1);
              canvas.fillStyle = colour;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const over = (top, under) => top.slice(0, 3).map((value, index) =>
              value * top[3] / 255 + under[index] * (1 - top[3] / 255));
            const behind = (node) => {
              const own = rgba(getComputedStyle(node).backgroundColor);
              if (own[3] === 255 || !node.parentElement) return own.slice(0, 3);
              return over(own, behind(node.parentElement));
            };
            const light = (colour) => colour.map((value) => value / 255).map((value) =>
              value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
              .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            return [...document.querySelectorAll("body *")].filter((node) =>
              node.getClientRects().length > 0 && !node.matches(":disabled, .sign") &&
              [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
              .map((node) => {
                const under = behind(node);
                const pair = [light(over(rgba(getComputedStyle(node).color), under)), light(under)];
                const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
                return [node.textContent.slice(0, 40), node.className, ratio];
              }).filter(([, , ratio]) => ratio < 4.5);
            """)
        assert faint == [], page


def test_a_stopped_process_is_told(dashboard, tmp_path):
    """Last: the browser goes on showing what it knows, and says that nobody answers."""
    browser = dashboard.browser
    pipeline = Pipeline(tmp_path)
    with Running(pipeline) as running:
        browser.go(f"http://{running.address}/")
        browser.wait(".finding.fine", "No file has arrived yet")
        running.stop()
        browser.wait(".finding.problem", "varve run does not answer")
    leave(browser)


def test_the_token_is_asked_for(dashboard, tmp_path):
    browser = dashboard.browser
    pipeline = Pipeline(tmp_path)
    with Running(pipeline, "--dashboard-token", "a-token-of-the-test") as running:
        browser.go(f"http://{running.address}/")
        browser.type(browser.wait("dialog input"), "wrong")
        browser.press("Enter")
        browser.wait("dialog .error-text", "that is not the dashboard token")
        browser.run("document.querySelector('dialog input').value = ''")
        browser.type(browser.wait("dialog input"), "a-token-of-the-test")
        browser.press("Enter")
        browser.wait(".finding.fine", "No file has arrived yet")
        leave(browser)
