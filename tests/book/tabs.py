"""Pages of a browser, lent again and again: to make one takes longer than to open a chapter."""

from urllib.parse import urlsplit


class Tab:
    """A page in a context of its own, and what is wrong with what it has asked for and said."""

    def __init__(self, browser):
        self._context = browser.new_context()
        self._origins = set()
        self.page = page = self._context.new_page()
        self._session = self._context.new_cdp_session(page)
        self.faults = faults = []
        page.on("request", lambda request: _is_local(request.url) or faults.append(request.url))
        page.on("console", lambda line: line.type == "log" or faults.append(_told(line)))
        page.on("pageerror", lambda error: faults.append(str(error)))

    def open(self, address, *, width=1280, theme="light"):
        """Open an address as one does who comes for the first time, and return the page."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(media="screen", color_scheme=theme, forced_colors="none")
        self.page.mouse.move(0, 0)
        parts = urlsplit(address)
        self._origins.add(f"{parts.scheme}://{parts.netloc}")
        self.page.goto(address)
        return self.page

    def leave(self):
        """Leave the page, and forget all that it has kept and was allowed."""
        self.page.goto("about:blank")
        self._context.set_offline(False)
        self._context.clear_permissions()
        for origin in self._origins:
            kept = {"origin": origin, "storageTypes": "all"}
            self._session.send("Storage.clearDataForOrigin", kept)
        self.faults.clear()


class Tabs:
    """Lends tabs, and makes one when all others are lent."""

    def __init__(self, browser):
        self._browser = browser
        self._free = []

    def lend(self):
        """Return a tab that nobody uses."""
        return self._free.pop() if self._free else Tab(self._browser)

    def take_back(self, *tabs):
        """Take back what was lent, and return what was wrong with it."""
        faults = [fault for tab in tabs for fault in tab.faults]
        for tab in tabs:
            tab.leave()
            self._free.append(tab)
        return faults


def _told(line):
    return f"{line.text} ({line.location['url']})"


def _is_local(url):
    parts = urlsplit(url)
    return parts.scheme in ("file", "blob", "data") or parts.hostname == "127.0.0.1"
