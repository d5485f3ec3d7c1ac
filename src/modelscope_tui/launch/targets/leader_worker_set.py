"""Kubernetes over several nodes: a LeaderWorkerSet, whose pods learn their place from its own variables."""

from __future__ import annotations

from typing import Any

from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.command import File, Step
from modelscope_tui.launch.container import HEAD, RANK_FLAGS, Container
from modelscope_tui.launch.targets.kubernetes import notes_of, pod_of, probes_of, service_of
from modelscope_tui.launch.targets.written import Written, yaml_text

_LEADER = "$(LWS_LEADER_ADDRESS)"
_INDEX = "$(LWS_WORKER_INDEX)"
_OF_SET = "leaderworkerset.sigs.k8s.io/name"


def write(container: Container, name: str, model_id: str) -> Written:
    """Write the manifest and the steps that bring it up.

    Source: kubernetes-sigs/lws, docs/examples/vllm and sglang: LWS_LEADER_ADDRESS, LWS_GROUP_SIZE and
    LWS_WORKER_INDEX are put into every pod.
    """
    path = f"{name}.yaml"
    selector = {_OF_SET: name, "role": "leader"}
    documents = [_set(container, name), service_of(container, name, selector)]
    content = yaml_text(documents, f"{model_id} in {container.tool} over {len(container.ranks)} nodes")
    reached = f"{container.host_port}:{container.host_port}"
    steps = (
        Step("Bring it up", ("kubectl", "apply", "-f", path)),
        Step("Watch the pods", ("kubectl", "get", "pods", "-l", f"{_OF_SET}={name}", "--watch")),
        Step("Reach it from here", ("kubectl", "port-forward", f"service/{name}", reached)),
    )
    notes = (
        Note("warning", "The cluster needs the LeaderWorkerSet controller: https://lws.sigs.k8s.io"),
        Note("info", "Each node fetches the model into its own disk; a shared ReadWriteMany claim saves that."),
        *notes_of(container),
    )
    return Written(steps, (File(path, content),), notes=notes)


def _set(container: Container, name: str) -> dict[str, Any]:
    leader = pod_of(container, _placed(container.ranks[0]), {"emptyDir": {}})
    leader["containers"][0] |= probes_of(container)
    worker = pod_of(container, _placed(container.ranks[1]), {"emptyDir": {}})
    del worker["containers"][0]["ports"]
    template = {
        "size": len(container.ranks),
        "restartPolicy": "RecreateGroupOnPodRestart",
        "leaderTemplate": {"metadata": {"labels": {"role": "leader"}}, "spec": leader},
        "workerTemplate": {"spec": worker},
    }
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": name},
        "spec": {"replicas": 1, "leaderWorkerTemplate": template},
    }


def _placed(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Put the set's own variables where a shell's command has an address and a number."""
    words = [word.replace(HEAD, _LEADER) for word in argv]
    for place, word in enumerate(words[:-1]):
        if word in RANK_FLAGS:
            words[place + 1] = _INDEX
    return tuple(words)
