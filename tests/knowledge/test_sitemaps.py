"""Saved pages get their address and day from the sitemap beside them; exports of help centres are read as they are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from evalkit.knowledge import Knowledge

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE urlset [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url><loc>https://butikk.example/hjelp/frakt</loc><lastmod>2026-03-01T10:00:00+01:00</lastmod></url>
  <url><loc>https://butikk.example/hjelp/retur/</loc><lastmod>a while ago</lastmod></url>
  <url><loc>https://butikk.example/?a=1&amp;b=2</loc></url>
</urlset>"""


def _saved(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")


def test_saved_pages_carry_the_address_and_day_of_the_sitemap(tmp_path: Path) -> None:
    (tmp_path / "sitemap.xml").write_text(SITEMAP, encoding="utf-8")
    _saved(tmp_path, "butikk.example/hjelp/frakt.html", "Frakten koster 49 kr.")
    _saved(tmp_path, "hjelp/retur/index.html", "Retur er gratis.")
    _saved(tmp_path, "index.html", "Velkommen.")
    _saved(tmp_path, "kladd.html", "Ikke publisert.")
    told = {d.path: (d.url, d.updated_at) for d in Knowledge.from_folder(tmp_path).documents}
    assert told == {
        "butikk.example/hjelp/frakt.html": ("https://butikk.example/hjelp/frakt", date(2026, 3, 1)),
        "hjelp/retur/index.html": ("https://butikk.example/hjelp/retur/", None),
        "index.html": ("https://butikk.example/?a=1&b=2", None),
        "kladd.html": (None, None),
    }


def test_a_pages_own_address_stands(tmp_path: Path) -> None:
    (tmp_path / "sitemap.xml").write_text(SITEMAP, encoding="utf-8")
    (tmp_path / "hjelp").mkdir()
    (tmp_path / "hjelp" / "frakt.md").write_text("---\nurl: https://x.example\n---\nFrakt 49 kr.", encoding="utf-8")
    (page,) = Knowledge.from_folder(tmp_path).documents
    assert (page.url, page.updated_at) == ("https://x.example", None)


def test_articles_of_intercom_and_zendesk_are_read_as_exported(tmp_path: Path) -> None:
    article = {"id": 7, "title": "Frakt", "body": "<p>Frakten koster 49 kr.</p>"}
    (tmp_path / "intercom.json").write_text(json.dumps({"type": "list", "data": [article]}), encoding="utf-8")
    (tmp_path / "zendesk.json").write_text(json.dumps({"articles": [{**article, "id": 8}]}), encoding="utf-8")
    found = Knowledge.from_folder(tmp_path).documents
    assert [(d.id, d.title, d.text) for d in found] == [
        ("7", "Frakt", "Frakten koster 49 kr."), ("8", "Frakt", "Frakten koster 49 kr."),
    ]  # fmt: skip
