"""Mistakes in a SeldonDeployment that its schema lets through and the operator's webhook refuses."""

from tests.mutations import SELDON_DEPLOYMENT, Mutation, in_file

_model = in_file("seldon", SELDON_DEPLOYMENT)
_sklearn = in_file("seldon-prepackaged", SELDON_DEPLOYMENT)

_ALL = (SELDON_DEPLOYMENT, "  predictors:")
"""Where their sum is reported."""
_FIRST = "    replicas: 1\n"
_GRAPH = "    graph:\n      name: churn\n      type: MODEL\n"


def _second(fields: str, name: str = "canary") -> str:
    return f"""\
  - name: {name}
{fields}    graph:
      name: churn
      type: MODEL
    componentSpecs:
    - spec:
        containers:
        - name: churn
          image: churn
"""


SELDON: tuple[Mutation, ...] = (
    _model(
        "traffic of 110",
        _FIRST,
        f"{_FIRST}    traffic: 90\n",
        end=_second("    traffic: 20\n"),
        rule="SELDON006",
        place=_ALL,
    ),
    _model(
        "traffic of 90",
        _FIRST,
        f"{_FIRST}    traffic: 80\n",
        end=_second("    traffic: 10\n"),
        rule="SELDON006",
        place=_ALL,
    ),
    _model("traffic of one alone", _FIRST, f"{_FIRST}    traffic: 90\n", end=_second(""), rule="SELDON006", place=_ALL),
    _model("no traffic", operation="append", new=_second(""), rule="SELDON006", place=_ALL),
    _model("traffic of a single predictor", _FIRST, f"{_FIRST}    traffic: 50\n", rule="SELDON007"),
    _model("a shadow alone", _FIRST, f"{_FIRST}    shadow: true\n", rule="SELDON010"),
    _model(
        "two predictors of one name",
        _FIRST,
        f"{_FIRST}    traffic: 50\n",
        end=_second("    traffic: 50\n", '"default"'),
        rule="SELDON005",
        place=(SELDON_DEPLOYMENT, '  - name: "default"'),
    ),
    _model("no predictors", operation="cut", new="\n  - name: default", place=(SELDON_DEPLOYMENT, "  predictors:")),
    _model(
        "a container of another name",
        "        - name: churn\n",
        "        - name: model\n",
        rule="SELDON011",
        place=(SELDON_DEPLOYMENT, "      name: churn\n".rstrip()),
    ),
    _model(
        "a graph of another name",
        "      name: churn\n      type",
        "      name: classifier\n      type",
        rule="SELDON011",
    ),
    _model(
        "a transformer without a container",
        _GRAPH,
        "    graph:\n      name: scaler\n      type: TRANSFORMER\n      children:\n      - name: churn\n"
        "        type: MODEL\n",
        rule="SELDON011",
    ),
    _model("a protocol with a typo", "  predictors:\n", "  protocol: kserve\n  predictors:\n", rule="SELDON001"),
    _model("a protocol in capitals", "  predictors:\n", "  protocol: V2\n  predictors:\n", rule="SELDON001"),
    _model("a transport in capitals", "  predictors:\n", "  transport: REST\n  predictors:\n", rule="SELDON002"),
    _model(
        "a server type that is not there", "  predictors:\n", "  serverType: http\n  predictors:\n", rule="SELDON003"
    ),
    _model("kafka without a broker", "  predictors:\n", "  serverType: kafka\n  predictors:\n", rule="SELDON017"),
    _model("a type of unit without methods", "type: MODEL", "type: UNKNOWN_TYPE", rule="SELDON014"),
    _model(
        "a type of unit that is not there",
        "type: MODEL",
        "type: MODELS",
        rule="SELDON022",
    ),
    _model(
        "a logger without a mode",
        "      type: MODEL\n",
        "      type: MODEL\n      logger:\n        url: http://logger\n",
        rule="SELDON016",
    ),
    _model(
        "a logger of a mode that is not there",
        "      type: MODEL\n",
        "      type: MODEL\n      logger:\n        mode: both\n",
        rule="SELDON023",
        place=(SELDON_DEPLOYMENT, "mode: both"),
    ),
    _model(
        "an endpoint of another type",
        _GRAPH,
        "    graph:\n      name: churn\n      type: MODEL\n      endpoint:\n        type: GRPC\n"
        "      children:\n      - name: churn\n        type: MODEL\n        endpoint:\n"
        "          type: REST\n",
        rule="SELDON020",
        place=(SELDON_DEPLOYMENT, "type: REST"),
    ),
    _model("an implementation without a model", "type: MODEL", "implementation: SKLEARN_SERVER", rule="SELDON012"),
    _sklearn("an implementation with a typo", "SKLEARN_SERVER", "SKLEARN_SEVER"),
    _sklearn(
        "a protocol that the server does not speak",
        "protocol: v2",
        "protocol: tensorflow",
        rule="SELDON015",
        place=(SELDON_DEPLOYMENT, "implementation:"),
    ),
    _sklearn(
        "no implementation",
        "      implementation: SKLEARN_SERVER\n",
        "",
        rule="SELDON024",
    ),
)
