"""JupyterLab's files, of which the chapters are opened as notebooks and saved as chapters."""

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupytext.async_contentsmanager import build_async_jupytext_contents_manager_class
from tornado.web import HTTPError

from .chapter import notebook, pieces, saved
from .names import number

Jupytext = build_async_jupytext_contents_manager_class(AsyncLargeFileManager)


class Contents(Jupytext):
    """Jupytext's, which takes any notebook, and for Markdown the ways of this book."""

    async def get(self, path, content=True, type=None, format=None, **options):
        """Return a file; a page as a notebook, unless it is asked for as a text."""
        model = await super().get(path, content, type, format, **options)
        if model["type"] == "notebook" and content and (text := await self._page(path)):
            model["content"] = notebook(text, number(path))
        return model

    async def save(self, model, path=""):
        """Save a file; of a page what has changed in its notebook, and nothing if nothing has."""
        if model["type"] != "notebook" or not (text := await self._page(path)):
            return await super().save(model, path)
        changed = saved(model["content"]["cells"], text)
        if changed == text:
            return await self.get(path, content=False)
        return await super().save({"type": "file", "format": "text", "content": changed}, path)

    async def _page(self, path):
        """Return the text of a page of Markdown in which there is something, or nothing."""
        if not path.endswith(".md"):
            return None
        try:
            model = await super().get(path, type="file", format="text")
        except HTTPError:
            return None
        return model["content"] if pieces(model["content"]) else None
