"""`deploy/kubernetes/`, held against the schemas of Kubernetes and against the program itself: no cluster is here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from sending_paths import SENDING_PATHS, STREAM_PATH

from playtrace.config import Settings, known_settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
VERSIONS = ("1.33", kubernetes_validate.latest_version())
"""What is built for the oldest runs on the newest."""
SEVERAL = FOLDER / "several-loaders"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
OVERLAY: dict[str, Any] = yaml.safe_load((SEVERAL / "kustomization.yaml").read_text("utf-8"))
FILES = [FOLDER / name for name in KUSTOMIZATION["resources"]]
FILES += [SEVERAL / name for name in OVERLAY["resources"] if name != ".."]
RESOURCES: list[dict[str, Any]] = [
    resource for path in FILES for resource in yaml.safe_load_all(path.read_text("utf-8"))
]
WORKLOADS = {
    resource["metadata"]["name"]: resource
    for resource in RESOURCES
    if resource["kind"] in ("Deployment", "StatefulSet")
}


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [resource for resource in RESOURCES if resource["kind"] == kind]


def pod(name: str) -> dict[str, Any]:
    return WORKLOADS[name]["spec"]["template"]["spec"]


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    return only


def value_of(name: str, variable: str) -> str:
    return next(each["value"] for each in container(name)["env"] if each["name"] == variable)


def named(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def test_every_file_is_applied() -> None:
    for folder, kustomization in ((FOLDER, KUSTOMIZATION), (SEVERAL, OVERLAY)):
        applied = {*kustomization["resources"], "kustomization.yaml"} - {".."}
        assert applied == {path.name for path in folder.glob("*.yaml")}
    # What goes when loading and answering are apart is there before, and so is the path that leads elsewhere then.
    deleted = [yaml.safe_load(each["patch"]) for each in OVERLAY["patches"] if "target" not in each]
    assert {named(each) for each in deleted} == {"StatefulSet/load-ask", "Service/load-ask"}
    ((change,),) = (yaml.safe_load(each["patch"]) for each in OVERLAY["patches"] if "target" in each)
    paths = of_kind("Ingress")[0]["spec"]["rules"][0]["http"]["paths"]
    place = int(change["path"].split("/")[6])
    assert (change["path"], change["value"]) == (f"/spec/rules/0/http/paths/{place}/backend/service/name", "ask")
    assert paths[place]["backend"]["service"]["name"] == "load-ask"
    assert OVERLAY["images"] == KUSTOMIZATION["images"] and OVERLAY["labels"] == KUSTOMIZATION["labels"]
    assert len({named(resource) for resource in RESOURCES}) == len(RESOURCES)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=named)
def test_it_is_as_the_schema_of_kubernetes_says(resource: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(resource, version, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**resource, "metadata": {"nam": "it would say yes to everything"}}, version, True)


@pytest.mark.parametrize("name", WORKLOADS)
def test_it_is_not_root_and_writes_to_its_volumes_alone(name: str) -> None:
    whole, inner = pod(name)["securityContext"], container(name)["securityContext"]
    # The user of deploy/Dockerfile.
    assert (whole["runAsNonRoot"], whole["runAsUser"], whole["seccompProfile"]["type"]) == (
        True,
        10001,
        "RuntimeDefault",
    )
    assert inner == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    # It asks nothing of the cluster itself.
    assert pod(name)["automountServiceAccountToken"] is False
    writable = [mount["mountPath"] for mount in container(name)["volumeMounts"] if not mount.get("readOnly")]
    assert writable == ["/data"]


@pytest.mark.parametrize("name", WORKLOADS)
def test_its_environment_makes_settings(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    addresses = {
        "journal_url": "kafka://kafka:9092/playtrace",
        "registry_url": "postgresql://playtrace:word@postgres/playtrace",
        "store_url": "clickhouse://playtrace:word@clickhouse:8123/playtrace",
    }
    (generated,) = KUSTOMIZATION["secretGenerator"]
    assert {Path(file).name for file in generated["files"]} == set(addresses)
    (mounted,) = (volume["secret"] for volume in pod(name)["volumes"] if "secret" in volume)
    seen = {item["path"] for item in mounted["items"]} if "items" in mounted else set(addresses)
    for file in seen:
        (tmp_path / file).write_text(addresses[file])
    (literals,) = KUSTOMIZATION["configMapGenerator"]
    told = [tuple(each.split("=", 1)) for each in literals["literals"]]
    told += [(each["name"], each["value"]) for each in container(name)["env"] if each["name"] != "POD_ADDRESS"]
    variables = {setting.variable for setting in known_settings()}
    for variable, value in told:
        assert variable.removesuffix("_FILE") in variables
        value = value.replace("/run/secrets/playtrace", str(tmp_path)).replace("$(POD_ADDRESS)", "10.0.0.7")
        monkeypatch.setenv(variable, value)
    arguments = container(name)["args"]
    settings = Settings.read(role=arguments[arguments.index("--role") + 1])
    assert settings.registry.url == addresses["registry_url"]
    assert settings.public_url == f"https://{of_kind('Ingress')[0]['spec']['rules'][0]['host']}"
    assert (settings.store.url is not None) == ("collect" not in settings.roles)
    # What it is told that it may use is less than what the cluster lets it have.
    limit_bytes = _bytes(container(name)["resources"]["limits"]["memory"])
    if "collect" in settings.roles:
        assert settings.collect.memory_bytes_here() < limit_bytes
    else:
        assert settings.store.memory_bytes < limit_bytes / 2


def _bytes(text: str) -> int:
    return int(text[:-2]) * {"Mi": 1024**2, "Gi": 1024**3}[text[-2:]]


@pytest.mark.parametrize("name", WORKLOADS)
def test_whoever_asks_it_asks_the_port_on_which_it_listens(name: str) -> None:
    ports = {port["name"]: port["containerPort"] for port in container(name)["ports"]}
    assert set(ports.values()) == {Settings().port}
    probes = [probe for key, probe in container(name).items() if key.endswith("Probe")]
    assert len(probes) == 3
    assert {(probe.get("httpGet") or probe["tcpSocket"])["port"] for probe in probes} <= set(ports)
    (service,) = (each for each in of_kind("Service") if each["metadata"]["name"] == name)
    assert service["spec"]["selector"] == WORKLOADS[name]["spec"]["selector"]["matchLabels"]
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= set(ports)


def test_the_paths_of_probes_are_answered(open_process: Any) -> None:
    paths = {
        probe["httpGet"]["path"]
        for name in WORKLOADS
        for key, probe in container(name).items()
        if key.endswith("Probe") and "httpGet" in probe
    }
    assert paths == {"/", "/api/health"}
    for path in paths:
        assert open_process.request("GET", path)[0] == 200, path
    # A server that collects answers no other.
    assert {container("collect")["readinessProbe"]["httpGet"]["path"]} == {"/api/health"}


def test_one_that_is_alive_is_not_started_anew_because_something_else_is_away() -> None:
    for name in WORKLOADS:
        assert "tcpSocket" in container(name)["livenessProbe"], name


def test_games_reach_collectors_and_people_the_dashboard() -> None:
    (ingress,) = of_kind("Ingress")
    (rule,) = ingress["spec"]["rules"]
    leads = {each["path"]: each["backend"]["service"]["name"] for each in rule["http"]["paths"]}
    assert {path for path, name in leads.items() if name == "collect"} == {*SENDING_PATHS, STREAM_PATH}
    assert [path for path, name in leads.items() if name == "load-ask"] == ["/"]
    assert all(each["pathType"] == "Exact" for each in rule["http"]["paths"] if each["path"] != "/")


def test_what_points_at_a_workload_points_at_one_that_is_there() -> None:
    for scaler in of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert WORKLOADS[target["name"]]["kind"] == target["kind"]
        # Else each `apply` would set the number back.
        assert "replicas" not in WORKLOADS[target["name"]]["spec"]
    for budget in of_kind("PodDisruptionBudget"):
        selected = [w for w in WORKLOADS.values() if w["spec"]["selector"] == budget["spec"]["selector"]]
        assert len(selected) == 1
    replicas, shares = WORKLOADS["load"]["spec"]["replicas"], value_of("load", "PLAYTRACE_LOAD_SHARES")
    assert (replicas, shares) == (int(shares) + 1, value_of("ask", "PLAYTRACE_LOAD_SHARES"))
    (policy,) = of_kind("NetworkPolicy")
    (labels,) = KUSTOMIZATION["labels"]
    assert labels["includeTemplates"] and policy["spec"]["podSelector"]["matchLabels"] == labels["pairs"]
    images = {image["name"] for image in KUSTOMIZATION["images"]}
    assert {container(name)["image"] for name in WORKLOADS} == images


def test_each_asks_for_what_it_needs() -> None:
    for name in WORKLOADS:
        resources = container(name)["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"}, name
        # No limit of cores: what a neighbour does not use may be used when a launch comes.
        assert set(resources["limits"]) == {"memory"}, name
        assert re.fullmatch(r"\d+", resources["requests"]["cpu"])
