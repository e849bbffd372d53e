"""The book's Sphinx extension: one room for each thing the stock tools leave open."""

from book.ext import access, assets, execution, pictures, reference, status, terms


def setup(app):
    for room in (execution, pictures, reference, status, terms, access, assets):
        room.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
