#!/usr/bin/env python3
"""Checks a certified copy: python3 check.py, in its folder, or python3 check.py COPY.zip.

Needs Python 3.8 or newer and nothing else, no network. Compares every file with the manifest (name, size, SHA-256,
rows), every form with its digest, every signature with the form it was given to, every casebook with its forms.
Ends with the line OK and exit code 0, or NOT OK and exit code 1 after a line for every problem.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

MANIFEST = ("manifest.json", "manifest.csv")
PIECE = 1 << 20
SIGNED = {
    "form_id": "instance",
    "revision": "revision",
    "meaning": "meaning",
    "statement": "statement",
    "printed_name": "printed_name",
    "role": "role",
    "utc_offset_minutes": "utc_offset_minutes",
    "content_digest": "content",
}


class Folder:
    """A copy that was unpacked."""

    def __init__(self, path):
        self.path = path

    def names(self):
        return {one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if one.is_file()}

    def open(self, name):
        return open(self.path / name, "rb")


class Zip:
    """A copy as it was downloaded."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def names(self):
        return {name for name in self.zip.namelist() if not name.endswith("/")}

    def open(self, name):
        return self.zip.open(name)


def table(copy, name):
    """The lines of a CSV as dictionaries, the apostrophe before would-be formulas taken away."""
    with copy.open(name) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline="")):
            yield {key: value[1:] if value.startswith("'") else value for key, value in row.items()}


def count(copy, name):
    if name.endswith(".csv"):
        return sum(1 for _ in table(copy, name))
    with copy.open(name) as file:
        return sum(1 for _ in file)


def digest_and_size(copy, name):
    digest, size = hashlib.sha256(), 0
    with copy.open(name) as file:
        while True:
            piece = file.read(PIECE)
            if not piece:
                return digest.hexdigest(), size
            digest.update(piece)
            size += len(piece)


def check_files(copy, manifest):
    """Every file is there as it was written, and no other one."""
    names = copy.names()
    listed = {part["path"] for part in manifest["files"]}
    for name in sorted(names - listed - set(MANIFEST)):
        yield name + ": is not in the manifest"
    for part in manifest["files"]:
        name = part["path"]
        if name not in names:
            yield name + ": is missing"
            continue
        try:
            found = digest_and_size(copy, name)
        except (OSError, zipfile.BadZipFile) as problem:
            yield f"{name}: cannot be read ({problem})"
            continue
        if found != (part["sha256"], part["size"]):
            yield name + ": was changed (SHA-256 or size is not that of the manifest)"
        elif part["rows"] is not None and count(copy, name) != part["rows"]:
            yield name + ": has another number of rows than the manifest says"
    short = [[part["path"], str(part["size"]), part["sha256"]] for part in manifest["files"]]
    if [[row["path"], row["size"], row["sha256"]] for row in table(copy, MANIFEST[1])] != short:
        yield MANIFEST[1] + ": differs from " + MANIFEST[0]


def records(copy):
    """{form_id: digest} of what each form says, and {subject_id: {form_id: digest}}."""
    forms, subjects = {}, {}
    with copy.open("records.jsonl") as file:
        for line in file:
            line = line.rstrip(b"\n")
            about = json.loads(line)
            forms[str(about["instance"])] = digest = hashlib.sha256(line).hexdigest()
            subjects.setdefault(str(about["subject"]), {})[str(about["instance"])] = digest
    return forms, subjects


def check_forms(copy, manifest, forms):
    """Every form of the tables is a record, and every record a form of the tables."""
    found = []
    for part in manifest["files"]:
        if part["path"].startswith("forms/"):
            found += [row["form_id"] for row in table(copy, part["path"])]
    if sorted(found) != sorted(forms):
        yield "forms/: holds other forms than records.jsonl"


def check_casebooks(copy, manifest, subjects):
    """Every subject has its casebook, and its record hash is that of its forms."""
    names = copy.names()
    codes = {row["subject"]: row["subject_id"] for row in table(copy, "subjects.csv")}
    if set(codes) != set(manifest["record_hashes"]):
        yield "subjects.csv: names other subjects than the manifest"
    for code in sorted(codes):
        if f"casebooks/{code}.pdf" not in names:
            yield f"casebooks/{code}.pdf: is missing"
        digests = json.dumps(subjects.get(codes[code], {}), sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(digests.encode()).hexdigest() != manifest["record_hashes"].get(code):
            yield f"records.jsonl: the forms of {code} do not give the record hash of its casebook"


def check_signatures(copy, forms):
    """Every signature is the act it says, and while it stands, to the form as it is. Yields (problem, was known)."""
    for row in table(copy, "signatures.csv"):
        name, known = "signatures.csv: signature " + row["signature"], row["verdict"] == "does not verify"
        said = json.loads(row["signed_text"])
        if hashlib.sha256(row["signed_text"].encode()).hexdigest() != row["digest"]:
            yield name + " is not covered by its digest", known
        if any(str(said.get(inside, "")) != row[column] for column, inside in SIGNED.items()):
            yield name + " says something else than was signed", known
        if not row["voided_at"] and forms.get(row["form_id"]) != row["content_digest"]:
            yield name + " stands on a form that says something else now", known


def check(copy):
    """Problems, notes and a summary of a copy."""
    with copy.open(MANIFEST[0]) as file:
        manifest = json.loads(file.read().decode("utf-8"))
    problems = list(check_files(copy, manifest))
    if problems:
        return problems, [], ""
    forms, subjects = records(copy)
    problems += check_forms(copy, manifest, forms)
    problems += check_casebooks(copy, manifest, subjects)
    signatures = list(check_signatures(copy, forms))
    problems += [text for text, known in signatures if not known]
    notes = [text + " (known when the copy was made)" for text, known in signatures if known]
    n_files, n_subjects = len(manifest["files"]), len(manifest["record_hashes"])
    summary = f"{n_files} files, {n_subjects} subjects, {len(forms)} forms, data as of {manifest['data_at']}"
    return problems, notes, summary


def main(arguments):
    csv.field_size_limit(1 << 30)
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        problems, notes, summary = check(Zip(path) if path.is_file() else Folder(path))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as problem:
        problems, notes, summary = [f"{path}: is no certified copy, or its manifest is damaged ({problem!r})"], [], ""
    for line in [*problems, *notes]:
        print(line)
    print(f"NOT OK: {len(problems)} problems" if problems else "OK: " + summary)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
