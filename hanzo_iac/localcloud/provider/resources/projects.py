"""Projects, and which resources are in one."""

from __future__ import annotations

from hanzo_iac.localcloud.provider.api import ApiError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, bag, flag, parent, same_in_any_case, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

PROJECTS = "/v2/projects"


def members(call: Call, project_id: str) -> list[str]:
    """The URNs of what is in a project."""
    return sorted(item["urn"] for item in call.api.pages(f"{PROJECTS}/{project_id}/resources", "resources"))


def assign(call: Call, project_id: str, urns: list[str]) -> None:
    """Move these into a project; a no-op for none."""
    if urns:
        call.api.repost(f"{PROJECTS}/{project_id}/resources", {"resources": urns})


def dismiss(call: Call, project_id: str, urns: list[str]) -> None:
    """Move those of these that are in the project back to the default one: a resource is always in some project."""
    left = sorted(set(urns) & set(members(call, project_id)))
    if left:
        assign(call, call.api.get(f"{PROJECTS}/default")["project"]["id"], left)


def find_project(call: Call, inputs: State) -> Json | None:
    """The project of that name; an account's first project is never ours."""
    projects = (project for project in call.api.pages(PROJECTS, "projects") if is_made(project, inputs))
    return only_named(projects, inputs["name"])


def is_made(project: Json, inputs: State) -> bool:
    """Whether a project was made by somebody: the default one only where that is wanted."""
    return not project.get("is_default") or bool(inputs.get("isDefault"))


def project_request(inputs: State) -> Json:
    """A project as the API wants it."""
    body = {"name": inputs["name"], "description": inputs.get("description", ""), "purpose": inputs["purpose"]}
    return body | ({"environment": inputs["environment"].capitalize()} if inputs.get("environment") else {})


def settle_project(call: Call, project_id: str, inputs: State) -> None:
    """Fill it, and make it the default where that is wanted."""
    assign(call, project_id, sorted(set(inputs.get("resources") or []) - set(members(call, project_id))))
    if inputs.get("isDefault"):
        call.api.patch(f"{PROJECTS}/{project_id}", {"is_default": True})


def read_project(call: Call, project_id: str, _known: State) -> State | None:
    """What it is now."""
    found = call.api.find(f"{PROJECTS}/{project_id}")
    if found is None:
        return None
    project = found["project"]
    return {
        "name": project["name"],
        "description": project.get("description") or "",
        "purpose": (project.get("purpose") or "").removeprefix("Other: "),
        "environment": project.get("environment") or "",
        "isDefault": bool(project.get("is_default")),
        "ownerUuid": project.get("owner_uuid") or "",
        "ownerId": project.get("owner_id") or 0,
        "createdAt": project.get("created_at") or "",
        "updatedAt": project.get("updated_at") or "",
        "resources": members(call, project_id),
    }


def update_project(call: Call, project_id: str, olds: State, news: State) -> None:
    """Its words, and who is in it where the program says who."""
    call.api.put(f"{PROJECTS}/{project_id}", {**project_request(news), "is_default": bool(news.get("isDefault"))})
    if "resources" in news:
        dismiss(call, project_id, sorted(set(olds.get("resources") or []) - set(news["resources"])))


def delete_project(call: Call, project_id: str, _state: State) -> None:
    """Empty it and delete it; that it is empty may take DigitalOcean a while to notice."""
    if call.api.find(f"{PROJECTS}/{project_id}") is None:
        return
    dismiss(call, project_id, members(call, project_id))

    def is_gone() -> bool:
        try:
            call.api.delete(f"{PROJECTS}/{project_id}")
        except ApiError as error:
            if error.status not in (409, 412):
                raise
            return False
        return True

    call.until("its resources did not leave", is_gone, bool)


PROJECT = Resource(
    token="digitalocean:index/project:Project",  # noqa: S106
    word="project",
    inputs={
        "name": text(),
        "description": text(default=""),
        "purpose": text(default="Web Application"),
        "environment": text(choices=("development", "staging", "production"), same=same_in_any_case),
        "isDefault": flag(default=False),
        "resources": bag(text(), computed=True),
    },
    outputs=("createdAt", "ownerId", "ownerUuid", "updatedAt"),
    find=find_project,
    post=lambda call, inputs: dict(call.api.post(PROJECTS, project_request(inputs))["project"]),
    identify=lambda project, _: project["id"],
    settle=settle_project,
    read=read_project,
    update=update_project,
    delete=delete_project,
    delete_s=180,
)


def post_resources(call: Call, inputs: State) -> Json:
    """Move them in."""
    assign(call, inputs["project"], sorted(inputs["resources"]))
    return {}


def read_resources(call: Call, project_id: str, known: State) -> State | None:
    """Those of the resources known here that are still in the project."""
    if call.api.find(f"{PROJECTS}/{project_id}") is None:
        return None
    inside = members(call, project_id)
    ours = set(known["resources"]) if "resources" in known else set(inside)
    return {"project": project_id, "resources": [urn for urn in inside if urn in ours]}


def update_resources(call: Call, project_id: str, olds: State, news: State) -> None:
    """Those that left go back to the default project."""
    dismiss(call, project_id, sorted(set(olds.get("resources") or []) - set(news["resources"])))
    assign(call, project_id, sorted(news["resources"]))


def delete_resources(call: Call, project_id: str, state: State) -> None:
    """All go back to the default project, unless the project is gone with them."""
    if call.api.find(f"{PROJECTS}/{project_id}") is not None:
        dismiss(call, project_id, list(state.get("resources") or []))


def located_in(_call: Call, given: str) -> tuple[str, State]:
    """Import by the project's id."""
    return given, {"project": given}


PROJECT_RESOURCES = Resource(
    token="digitalocean:index/projectResources:ProjectResources",  # noqa: S106
    word="project resources",
    inputs={"project": parent(), "resources": bag(text(), required=True)},
    post=post_resources,
    identify=lambda _, inputs: str(inputs["project"]),
    read=read_resources,
    update=update_resources,
    delete=delete_resources,
    locate=located_in,
)
