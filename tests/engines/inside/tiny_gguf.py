"""Write a tiny Llama of random weights as a GGUF file, with package gguf alone."""

from __future__ import annotations

import sys

import gguf
import numpy

EMBEDDING, FEED, LAYERS, HEADS, KV_HEADS, CONTEXT = 64, 128, 2, 4, 2, 512
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant: "
tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
letters = [chr(code) for code in range(33, 127)] + ["\u2581"]
tokens += letters
kinds += [gguf.TokenType.NORMAL] * len(letters)

writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_name("tiny")
writer.add_context_length(CONTEXT)
writer.add_embedding_length(EMBEDDING)
writer.add_block_count(LAYERS)
writer.add_feed_forward_length(FEED)
writer.add_head_count(HEADS)
writer.add_head_count_kv(KV_HEADS)
writer.add_rope_dimension_count(EMBEDDING // HEADS)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_file_type(gguf.LlamaFileType.ALL_F32)
writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * len(tokens))
writer.add_token_types(kinds)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_chat_template(TEMPLATE)
random = numpy.random.default_rng(0)


def tensor(name: str, *shape: int) -> None:
    writer.add_tensor(name, (random.standard_normal(shape) * 0.05).astype(numpy.float32))


def ones(name: str) -> None:
    writer.add_tensor(name, numpy.ones(EMBEDDING, dtype=numpy.float32))


tensor("token_embd.weight", len(tokens), EMBEDDING)
tensor("output.weight", len(tokens), EMBEDDING)
ones("output_norm.weight")
small = EMBEDDING // HEADS * KV_HEADS
for layer in range(LAYERS):
    ones(f"blk.{layer}.attn_norm.weight")
    ones(f"blk.{layer}.ffn_norm.weight")
    tensor(f"blk.{layer}.attn_q.weight", EMBEDDING, EMBEDDING)
    tensor(f"blk.{layer}.attn_k.weight", small, EMBEDDING)
    tensor(f"blk.{layer}.attn_v.weight", small, EMBEDDING)
    tensor(f"blk.{layer}.attn_output.weight", EMBEDDING, EMBEDDING)
    tensor(f"blk.{layer}.ffn_gate.weight", FEED, EMBEDDING)
    tensor(f"blk.{layer}.ffn_up.weight", FEED, EMBEDDING)
    tensor(f"blk.{layer}.ffn_down.weight", EMBEDDING, FEED)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
