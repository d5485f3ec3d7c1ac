"""SOUTH WING: the Runner of a cog project: how each kind of model is loaded and called (cog 0.22 or newer).

    purpose ─▶ Kind: packages, an input to try it with, and the text of run.py

The model's id enters as a string literal of Python, written by :func:`repr`; nothing else of the Hub's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from modelscope_tui.launch.purpose import Purpose

_OPENING = '''\
"""Runs {model} on Replicate or anywhere else: cog builds the image from this and cog.yaml."""

{imports}

MODEL = {literal}
REVISION = {revision}
'''

_TEXT = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL, revision=REVISION)
        self.model = AutoModelForCausalLM.from_pretrained(MODEL, revision=REVISION, dtype="auto", device_map="auto")

    def run(
        self,
        prompt: str = Input(description="What to say to the model"),
        max_new_tokens: int = Input(description="How much it may write", default=512, ge=1),
    ) -> ConcatenateIterator[str]:
        """Write an answer, piece by piece."""
        inputs = self._inputs(prompt).to(self.model.device)
        streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {**inputs, "streamer": streamer, "max_new_tokens": max_new_tokens}
        Thread(target=self.model.generate, kwargs=options, daemon=True).start()
        yield from streamer

    def _inputs(self, prompt: str):
        if self.tokenizer.chat_template is None:
            return self.tokenizer(prompt, return_tensors="pt")
        messages = [{"role": "user", "content": prompt}]
        return self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
'''

_VISION = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.pipe = pipeline("image-text-to-text", model=MODEL, revision=REVISION, dtype="auto", device_map="auto")

    def run(
        self,
        image: Path = Input(description="A picture"),
        prompt: str = Input(description="What to ask about it", default="What is in this picture?"),
        max_new_tokens: int = Input(description="How much it may write", default=512, ge=1),
    ) -> str:
        """Answer a question about a picture."""
        content = [{"type": "image", "url": str(image)}, {"type": "text", "text": prompt}]
        messages = [{"role": "user", "content": content}]
        found = self.pipe(text=messages, max_new_tokens=max_new_tokens, return_full_text=False)
        return found[0]["generated_text"]
'''

_PICTURE = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the pipeline once, when the container starts."""
        self.pipe = DiffusionPipeline.from_pretrained(MODEL, revision=REVISION, torch_dtype=torch.bfloat16).to("cuda")

    def run(
        self,
        prompt: str = Input(description="What to draw"),
        seed: int = Input(description="The same number gives the same picture", default=0),
    ) -> Path:
        """Draw a picture."""
        generator = torch.Generator("cuda").manual_seed(seed)
        picture = self.pipe(prompt, generator=generator).images[0]
        path = "/tmp/output.png"
        picture.save(path)
        return Path(path)
'''

_SPEECH = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.pipe = pipeline(
            "automatic-speech-recognition", model=MODEL, revision=REVISION, dtype="auto", device_map="auto"
        )

    def run(self, audio: Path = Input(description="A recording")) -> str:
        """Write down what is said."""
        return self.pipe(str(audio), return_timestamps=True)["text"]
'''

_VECTORS = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.model = SentenceTransformer(MODEL, revision=REVISION)

    def run(self, text: str = Input(description="What to make a vector of")) -> list[float]:
        """Give the vector of a text."""
        return self.model.encode(text).tolist()
'''

_SCORES = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.model = CrossEncoder(MODEL, revision=REVISION)

    def run(
        self,
        query: str = Input(description="What is looked for"),
        document: str = Input(description="A text that may answer it"),
    ) -> float:
        """Say how well a text answers a question."""
        return float(self.model.predict([(query, document)])[0])
'''

_CLASSES = '''
class Runner(BaseRunner):
    def setup(self) -> None:
        """Load the model once, when the container starts."""
        self.pipe = pipeline(TASK, model=MODEL, revision=REVISION, device_map="auto")

    def run(self, text: str = Input(description="A text")) -> str:
        """Give the classes of a text as JSON."""
        return json.dumps(self.pipe(text), default=str)
'''

_TORCH = ("torch", "transformers", "accelerate")
_COG = "from cog import BaseRunner, Input"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of model is run in cog."""

    body: str
    imports: str
    packages: tuple[str, ...]
    example: tuple[str, ...]
    """Inputs to try it with, as `cog run -i` takes them."""


KINDS: Mapping[Purpose, Kind] = MappingProxyType(
    dict[Purpose, Kind](
        {
            "text": Kind(
                _TEXT,
                "from threading import Thread\n\nfrom cog import BaseRunner, ConcatenateIterator, Input\n"
                "from transformers import AutoModelForCausalLM, AutoTokenizer, TextIteratorStreamer",
                _TORCH,
                ("prompt=Hello",),
            ),
            "vision": Kind(
                _VISION,
                f"{_COG}, Path\nfrom transformers import pipeline",
                (*_TORCH, "torchvision", "pillow"),
                ("image=@picture.jpg", "prompt=What is in this picture?"),
            ),
            "image-generation": Kind(
                _PICTURE,
                f"import torch\n{_COG}, Path\nfrom diffusers import DiffusionPipeline",
                (*_TORCH, "diffusers", "sentencepiece", "protobuf"),
                ("prompt=A panda in the snow",),
            ),
            "speech-to-text": Kind(
                _SPEECH,
                f"{_COG}, Path\nfrom transformers import pipeline",
                (*_TORCH, "librosa"),
                ("audio=@audio.wav",),
            ),
            "embedding": Kind(
                _VECTORS,
                f"{_COG}\nfrom sentence_transformers import SentenceTransformer",
                ("torch", "sentence-transformers"),
                ("text=hello",),
            ),
            "reranker": Kind(
                _SCORES,
                f"{_COG}\nfrom sentence_transformers import CrossEncoder",
                ("torch", "sentence-transformers"),
                ("query=What is a panda?", "document=A bear of China."),
            ),
            "classifier": Kind(
                _CLASSES, f"import json\n\n{_COG}\nfrom transformers import pipeline", _TORCH, ("text=hello",)
            ),
        }
    )
)
"""How each purpose is run; the others have no form of their own here."""


def runner(kind: Kind, model_id: str, revision: str | None, task: str | None) -> str:
    """Write run.py for a model.

    Args:
        kind: how it is run.
        model_id: a checked repository id.
        revision: a checked revision; None is the newest.
        task: the Hub's task, for classifiers.
    """
    opening = _OPENING.format(model=model_id, imports=kind.imports, literal=repr(model_id), revision=repr(revision))
    named = f"TASK = {task or 'text-classification'!r}\n" if "TASK" in kind.body else ""
    return f"{opening}{named}\n{kind.body}"
