"""Debian's Chromium, driven over the W3C WebDriver protocol with what Python brings along."""

import base64
import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB"]
START_S = 60
POLL_S = 0.05
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " ", "Escape": "\ue00c"}
SHIFT = "\ue008"


def binaries():
    """Paths of chromium and chromedriver; None where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (chromium, driver) if chromium and driver else None


class WebDriverError(Exception):
    """What the driver or the browser refused."""


class Browser:
    """One window with a profile of its own. Close it, or use it in a `with`."""

    def __init__(self, profile):
        chromium, driver = binaries()
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.session = None
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            self._open(chromium, profile)
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise WebDriverError("chromedriver ended before it listened")

    def _open(self, chromium, profile):
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = f"/session/{answer['sessionId']}"

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=START_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise WebDriverError(json.load(refused)["value"]["message"]) from refused

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        try:
            if self.session:
                self._send("DELETE", self.session)
        except (OSError, WebDriverError):
            pass
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()

    def command(self, name, body=None, method="POST"):
        body = {} if body is None and method == "POST" else body
        return self._send(method, f"{self.session}/{name}", body)

    def devtools(self, name, **parameters):
        return self.command("goog/cdp/execute", {"cmd": name, "params": parameters})

    def go(self, url):
        self.command("url", {"url": url})

    def run(self, script, *arguments):
        """The value of `script`, the body of a function."""
        return self.command("execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector, containing=""):
        """The first visible element that matches and holds the text; None when there is none."""
        return self.run("""
            const [selector, text] = arguments;
            return [...document.querySelectorAll(selector)].find((node) =>
              node.textContent.includes(text) && node.getClientRects().length > 0) ?? null;
            """, selector, containing)

    def wait(self, selector, containing="", deadline_s=30):
        end = time.monotonic() + deadline_s
        while True:
            found = self.find(selector, containing)
            if found:
                return found
            assert time.monotonic() < end, (
                f"no {selector} with {containing!r} in:\n{self.text('body')}\n{self.log()}")
            time.sleep(POLL_S)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def click(self, element):
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        self.command(f"element/{element[ELEMENT]}/click")

    def type(self, element, text):
        self.command(f"element/{element[ELEMENT]}/value", {"text": text})

    def press(self, key, shift=False):
        keys = [{"type": "keyDown", "value": KEYS[key]}, {"type": "keyUp", "value": KEYS[key]}]
        if shift:
            keys = [{"type": "keyDown", "value": SHIFT}, *keys, {"type": "keyUp", "value": SHIFT}]
        self.command("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    def viewport(self, width, height, phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, name):
        """'light' or 'dark': what the system is said to prefer."""
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": name}])

    def screenshot(self, path):
        """Of the whole page, not only of what is in the window."""
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def log(self):
        """What the console said since the last call, at least warnings."""
        return [entry for entry in self.command("se/log", {"type": "browser"})
                if entry["level"] in ("WARNING", "SEVERE")]
