"""Which differences an explanation is about."""

from tests.conformance.explanations import Explanation, read_explanations, sort_out
from tests.conformance.walker import Difference


def test_an_explanation_fits_by_schema_path_and_aspect():
    one = Explanation(schema="*/example_v1.json", path="spec.a[]*", aspect="type", reason="because")
    fitting = Difference(path="spec.a[].b", aspect="type", upstream="string", ours="integer")
    other = Difference(path="spec.b", aspect="type", upstream="string", ours="integer")

    counts, unexplained = sort_out({"example.org/example_v1.json": [fitting, other]}, [one])

    assert counts == {one: 1}
    assert unexplained == ["example.org/example_v1.json: spec.b: type: upstream string, ours integer"]


def test_an_explanation_may_be_of_the_whole_object_and_of_any_aspect():
    one = Explanation(schema="example.org/*", path="", aspect="*", reason="because")
    whole, inner = (Difference(path=path, aspect="rest", upstream="open", ours="closed") for path in ("", "spec"))

    assert one.fits("example.org/a_v1.json", whole)
    assert not one.fits("example.org/a_v1.json", inner)
    assert not one.fits("example.com/a_v1.json", whole)


def test_every_explanation_has_a_reason():
    assert all(one.reason.endswith(".") for one in read_explanations())
