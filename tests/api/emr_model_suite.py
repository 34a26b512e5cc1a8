"""EMR's public service model, as botocore carries it, beside ours: every operation, every member of every request and
reply, what is required, every enumeration, limit and pattern. Names are compared with the tables in
core/api/emr/README.md, constraints by breaking each of them over the wire. Run by emr_model_test.py (Debian's
botocore) and tests/clients/emr_model_newest_test.py (the newest one)."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ROOT, ApiError, Server  # noqa: E402

import botocore.loaders  # noqa: E402
from botocore.model import ServiceModel  # noqa: E402

TEXT, NUMBER = "string", ("integer", "long", "float", "double")
NULL = "Member must not be null"
UNSERVED = re.compile(r"(kept and shown|ignored|never filled|not served): ")
# Required once, and no longer in the newest model.
NOW_OPTIONAL = {("StartNotebookExecution", "editorId"), ("StartNotebookExecution", "relativePath")}


def load():
    return ServiceModel(botocore.loaders.Loader().load_service_model("emr", "service-2"), "emr")


def cell(text):
    """A cell of the README's tables: member → whether it has the star of what is required."""
    if text in ("none", "no body"):
        return {}
    names = UNSERVED.sub("", text).replace(";", ",").split(",")
    return {n.strip().rstrip("*"): n.strip().endswith("*") for n in names}


def tables():
    """Of the README: operation → (served, request, reply), structure → members."""
    with open(os.path.join(ROOT, "core", "api", "emr", "README.md"), encoding="utf-8") as f:
        text = f.read().split("<!-- tables -->")[1].split("<!-- end of tables -->")[0]
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    return {r[0]: (r[1] == "yes", cell(r[3]), cell(r[4])) for r in rows if len(r) == 5 and r[1] in ("yes", "no")}, \
        {r[0]: cell(r[1]) for r in rows if len(r) == 2 and r[0] != "structure"}


def least(shape, deep=0):
    """The least value that a shape takes."""
    kind = shape.type_name
    if kind == "structure":
        return {n: least(shape.members[n], deep + 1) for n in shape.required_members}
    if kind == "list":
        return [least(shape.member, deep + 1)]
    if kind == "map":
        return {}
    if kind == "boolean":
        return True
    if kind in NUMBER or kind == "timestamp":
        return max(1, shape.metadata.get("min", 1))
    return shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1))


def wire_name(path):
    """As error texts write a path: instances.instanceGroups.1.member.market."""
    return ".".join(p if p in ("1", "member") else p[:1].lower() + p[1:] for p in path)


def probes(shape, path=(), seen=()):
    """(value of the shape, path, what must be said of it) for every constraint in it and below."""
    kind, meta = shape.type_name, shape.metadata
    at = wire_name(path)
    if kind == "structure" and shape.name in seen:
        return   # a configuration holds configurations
    if kind == "structure":
        if path:
            yield "text", at, "SerializationException"
        for name, member in shape.members.items():
            if name in shape.required_members:
                value = least(shape)
                del value[name]
                yield value, wire_name(path + (name,)), NULL
            for value, where, what in probes(member, path + (name,), seen + (shape.name,)):
                yield dict(least(shape), **{name: value}), where, what
    elif kind == "list":
        yield "text", at, "SerializationException"
        if "max" in meta and meta["max"] <= 1000:
            yield [least(shape.member)] * (meta["max"] + 1), at, f"length less than or equal to {meta['max']}"
        if meta.get("min"):
            yield [], at, f"length greater than or equal to {meta['min']}"
        for value, where, what in probes(shape.member, path + ("1", "member"), seen):
            yield [value], where, what
    elif kind == "map":
        yield "text", at, "SerializationException"
    elif kind == TEXT:
        yield 7, at, "SerializationException"
        if shape.enum:
            yield "NONE_OF_THEM", at, sorted(shape.enum)
        if meta.get("min"):
            yield "x" * (meta["min"] - 1), at, f"length greater than or equal to {meta['min']}"
        if "max" in meta and not shape.enum:
            yield "x" * (meta["max"] + 1), at, f"length less than or equal to {meta['max']}"
        if meta.get("pattern"):
            yield "a\x01b" + "x" * meta.get("min", 0), at, "regular expression pattern"
    else:
        yield "text", at, "SerializationException"
        if kind in NUMBER and "min" in meta:
            yield meta["min"] - 1, at, f"value greater than or equal to {int(meta['min'])}"
        if kind in NUMBER and meta.get("max", 1 << 40) < 1 << 31:
            yield meta["max"] + 1, at, f"value less than or equal to {meta['max']}"


class Suite:
    """Mixed into a TestCase. NEWEST: the model is at least as new as our tables, so that they must be equal; an older
    one may lack members and values."""

    NEWEST = False

    @classmethod
    def setUpClass(cls):
        cls.model = load()
        cls.operations, cls.structures = tables()
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def same(self, theirs, ours, what):
        self.assertEqual(sorted(set(theirs) - set(ours)), [], f"{what}: in the model, not in our table")
        if self.NEWEST:
            self.assertEqual(sorted(set(ours) - set(theirs)), [], f"{what}: in our table, not in the model")

    def test_every_operation(self):
        self.same(self.model.operation_names, self.operations, "operations")

    def test_every_member(self):
        for name in self.model.operation_names:
            op = self.model.operation_model(name)
            for what, shape, ours in (("request", op.input_shape, self.operations[name][1]),
                                      ("reply", op.output_shape, self.operations[name][2])):
                self.same(shape.members if shape else (), ours, f"{name} {what}")

    def test_every_structure(self):
        for name, ours in self.structures.items():
            if name in self.model.shape_names:
                self.same(self.model.shape_for(name).members, ours, name)
            else:
                self.assertFalse(self.NEWEST, f"{name} is no structure of the model")

    def test_every_constraint(self):
        """Breaks each constraint of each member of each request that is served, alone. What the model wants is wanted
        here, with the member's path in the text."""
        wrong, n = [], 0
        for name in self.model.operation_names:
            if not self.operations[name][0]:
                continue
            op = self.model.operation_model(name)
            for value, where, what in probes(op.input_shape) if op.input_shape else ():
                n += 1
                if what == NULL and (name, where) in NOW_OPTIONAL:
                    continue
                said = self.refusal(name, value)
                if not self.agrees(said, where, what):
                    wrong.append(f"{name} {where}: wanted {what}, got {said}")
        self.assertEqual(wrong, [])
        self.assertGreater(n, 500)

    def refusal(self, op, body):
        try:
            self.server.call(op, body)
        except ApiError as e:
            return f"{e.code}: {e.message}"
        return "an answer"

    def agrees(self, said, where, what):
        if what == "SerializationException":
            return said.startswith(what)
        if f"at '{where}' failed to satisfy constraint" not in said:
            # A list that is empty has EMR's own words.
            return "greater than or equal to 1" in what and "cannot be empty" in said
        if isinstance(what, list):
            values = re.search(rf"at '{re.escape(where)}' failed[^\[]*enum value set: \[([^\]]*)\]", said)
            ours = sorted(values.group(1).split(", ")) if values else []
            return ours == what if self.NEWEST else set(what) <= set(ours)
        return said.startswith("ValidationException: ") and what in said
