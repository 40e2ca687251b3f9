"""What a receiver of an AlertmanagerConfig needs, and its schema does not ask for.

From pkg/alertmanager/validation in prometheus-operator, the same for v1alpha1 and v1beta1.
"""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show

_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "pagerdutyConfigs": (("routingKey", "serviceKey"),),
    "webhookConfigs": (("url", "urlSecret"),),
    "emailConfigs": (("to",),),
    "pushoverConfigs": (("userKey", "userKeyFile"), ("token", "tokenFile")),
    "telegramConfigs": (("botToken", "botTokenFile"),),
}
"""One field of each group must be there."""


@rule("PROM022", "error")
def check_receivers(resource: Resource) -> Iterator[Hit]:
    """Each receiver has what it needs to send something.

    Why: the schema leaves all fields of a receiver open. The operator's webhook refuses an e-mail without `to`, a
    webhook without `url` or `urlSecret`, PagerDuty without `routingKey` or `serviceKey`, Pushover without a user key
    and a token, Telegram without `botToken`; without the webhook the whole AlertmanagerConfig is left out.

    Fix: add the field; keys and tokens are names of Secrets.
    """
    for at, receiver in enumerate(as_list(read_spec(resource).get("receivers"))):
        for key, groups in _NEEDS.items():
            for number, entry in enumerate(as_list(as_mapping(receiver).get(key))):
                for fields in groups if isinstance(entry, dict) else ():
                    if all(entry.get(field) in (None, "", {}) for field in fields):
                        words = " nor ".join(fields)
                        yield Hit(
                            f"{key}[{number}] of receiver {show(read_text(as_mapping(receiver), 'name'))} has "
                            f"{'neither ' if len(fields) > 1 else 'no '}{words}",
                            ("spec", "receivers", at, key, number),
                            f"add {' or '.join(fields)}",
                        )
