"""SOUTH WING: the training script that goes with a DeepSpeed command; small, whole, for transformers' Trainer.

It takes everything that depends on the model from the command line, so that nothing of the Hub's is written into it.
"""

from __future__ import annotations

NAME = "train.py"
"""How the script is called."""

_HEAD = '''\
"""Trains all weights of a language model with transformers' Trainer; DeepSpeed spreads the work.

    deepspeed train.py --deepspeed ds_config.json --model owner/name --data owner/data --output folder

Needs: pip install deepspeed transformers datasets accelerate
The data set has a column `messages` (conversations of role and content) or a column `text`.
"""

import argparse

from datasets import load_dataset
from transformers import (
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
    {model_class},
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the base model on the Hub, or a folder")
    parser.add_argument("--revision", default=None, help="a commit, branch or tag of the model")
    parser.add_argument("--data", required=True, help="the data set on the Hub, or a folder")
    parser.add_argument("--split", default="train", help="the part of the data set, as in train[:10%%]")
    parser.add_argument("--output", required=True, help="the folder for the result")
    parser.add_argument("--tokens", type=int, default=2048, help="the length of a sequence")
    parser.add_argument("--deepspeed", required=True, help="the file with the ZeRO settings")
    parser.add_argument("--dtype", choices=["bf16", "fp16"], default="bf16")
    parser.add_argument("--trust-remote-code", action="store_true", help="run Python code of the repository")
    parser.add_argument("--local_rank", type=int, default=-1, help="given by the launcher")
    return parser.parse_args()
'''

_BODY = """

def main():
    given = arguments()
    # made before the model: ZeRO-3 then creates the weights in parts
    settings = TrainingArguments(
        output_dir=given.output,
        deepspeed=given.deepspeed,
        bf16=given.dtype == "bf16",
        fp16=given.dtype == "fp16",
        per_device_train_batch_size=1,
        gradient_accumulation_steps=8,
        gradient_checkpointing=True,
        num_train_epochs=1,
        learning_rate=2e-5,
        lr_scheduler_type="cosine",
        logging_steps=10,
        save_strategy="epoch",
        report_to="none",
    )
    where = {{"revision": given.revision, "trust_remote_code": given.trust_remote_code}}
    tokenizer = AutoTokenizer.from_pretrained(given.model, **where)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = {model_class}.from_pretrained(given.model, dtype="auto", **where)

    def tokenized(row):
        text = tokenizer.apply_chat_template(row["messages"], tokenize=False) if "messages" in row else row["text"]
        return tokenizer(text, truncation=True, max_length=given.tokens)

    data = load_dataset(given.data, split=given.split)
    data = data.map(tokenized, remove_columns=data.column_names)
    trainer = Trainer(
        model=model,
        args=settings,
        train_dataset=data,
        processing_class=tokenizer,
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm={is_masked}),
    )
    trainer.train()
    trainer.save_model(given.output)


if __name__ == "__main__":
    main()
"""


def train_script(*, is_masked: bool) -> str:
    """Write the script, for a decoder or for a model that fills masks."""
    model_class = "AutoModelForMaskedLM" if is_masked else "AutoModelForCausalLM"
    return _HEAD.replace("{model_class}", model_class) + _BODY.format(model_class=model_class, is_masked=is_masked)
