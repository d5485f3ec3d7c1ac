"""Make a tiny Qwen3 of random weights with a small tokenizer of its own, in the folder that is named."""

from __future__ import annotations

import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
folder = sys.argv[1]
special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>"]
letters = sorted(pre_tokenizers.ByteLevel.alphabet())
words = {word: place for place, word in enumerate([*special, *letters])}
tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens(special)
PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
).save_pretrained(folder)
torch.manual_seed(0)
config = Qwen3Config(
    vocab_size=len(words), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=32, max_position_embeddings=2048, tie_word_embeddings=True,
    eos_token_id=words["<|im_end|>"], bos_token_id=words["<|endoftext|>"],
)  # fmt: skip
Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
print(folder)
