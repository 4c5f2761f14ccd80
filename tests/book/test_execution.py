"""A change of the code that chapters import makes them run again."""

import pytest

from _ext import execution


@pytest.fixture
def repository(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/module.py").write_text("x = 1")
    (tmp_path / "requirements.lock").write_text("numpy==1")
    monkeypatch.setattr(execution, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("file", ["src/module.py", "src/new.js", "requirements.lock"])
def test_fingerprint_follows_code_and_versions(repository, file):
    before = execution._fingerprint()
    (repository / file).write_text("x = 2")
    assert execution._fingerprint() != before


def test_fingerprint_ignores_compiled_files(repository):
    before = execution._fingerprint()
    (repository / "src/module.pyc").write_text("x = 2")
    assert execution._fingerprint() == before
