"""
Attachments of a network file share to further VPCs.

A share lies in the VPC it was made in; each attachment adds one. Attaching twice is attaching once, so one that a
crash left behind needs no looking for.
"""

from __future__ import annotations

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, parent, region
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.shares import SHARES, share_at


def is_attached(call: Call, state: State) -> bool:
    """Whether the share is there, and in the VPC."""
    share = share_at(call, state["shareId"], state["region"]) or {}
    return state["vpcId"] in (share.get("vpc_ids") or [])


def act(call: Call, state: State, deed: str) -> None:
    """Attach or detach; what was done already is not done again."""
    if is_attached(call, state) == (deed == "attach"):
        return
    body = {"type": deed, "region": state["region"].lower(), "params": {"vpc_id": state["vpcId"]}}
    call.once(
        lambda: call.api.repost(f"{SHARES}/{state['shareId']}/actions", body),
        lambda: is_attached(call, state) == (deed == "attach"),
    )


def attach(call: Call, inputs: State) -> Json:
    """Attach it."""
    if share_at(call, inputs["shareId"], inputs["region"]) is None:
        what = f"there is no NFS share {inputs['shareId']!r} in {inputs['region']}"
        raise InputError(Fault("", what, "shareId and region must be those of one of this account"))
    act(call, inputs, "attach")
    return {}


def settle_attachment(call: Call, _id: str, inputs: State) -> None:
    """Wait until the share is in the VPC."""
    call.until("the share was not attached", lambda: is_attached(call, inputs), bool)


def read_attachment(call: Call, _id: str, known: State) -> State | None:
    """Whether it is there."""
    return {name: known[name] for name in ("shareId", "vpcId", "region")} if is_attached(call, known) else None


def detach(call: Call, _id: str, state: State) -> None:
    """Detach the share from this VPC alone, and wait until it is."""
    if share_at(call, state["shareId"], state["region"]) is not None:
        act(call, state, "detach")
        call.until("the share was not detached", lambda: is_attached(call, state), lambda attached: not attached)


def locate_attachment(call: Call, given: str) -> tuple[str, State]:
    """Import by the share's id and the VPC's, joined by a comma."""
    share_id, comma, vpc_id = given.partition(",")
    if not comma:
        raise InputError(Fault("", f"{given!r} does not say which VPC", "give SHARE_ID,VPC_ID"))
    share = share_at(call, share_id, "") or {}
    state = {"shareId": share_id, "vpcId": vpc_id, "region": share.get("region") or ""}
    return attachment_id(state), state


def attachment_id(state: State) -> str:
    """A name of our own: the API has none."""
    return f"{state['vpcId']}-{state['shareId']}"


ATTACHMENT = Resource(
    token="digitalocean:index/nfsAttachment:NfsAttachment",  # noqa: S106
    word="attachment of an NFS share",
    inputs={"shareId": parent(), "vpcId": parent(), "region": region(required=True, replace=True)},
    post=attach,
    identify=lambda _, inputs: attachment_id(inputs),
    settle=settle_attachment,
    read=read_attachment,
    delete=detach,
    locate=locate_attachment,
    create_s=300,
    delete_s=300,
)
