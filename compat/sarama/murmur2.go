package main

import (
	"encoding/binary"
	"hash"
)

// murmur2 is the hash of the Java client, for sarama's own partitioner, which divides what is left of it without its sign.
func murmur2() hash.Hash32 { return &murmur{} }

type murmur struct{ key []byte }

func (m *murmur) Write(bytes []byte) (int, error) {
	m.key = append(m.key, bytes...)
	return len(bytes), nil
}

func (m *murmur) Sum(before []byte) []byte { return binary.BigEndian.AppendUint32(before, m.Sum32()) }
func (m *murmur) Reset()                   { m.key = m.key[:0] }
func (m *murmur) Size() int                { return 4 }
func (m *murmur) BlockSize() int           { return 4 }

func (m *murmur) Sum32() uint32 {
	const multiplier, seed = 0x5bd1e995, 0x9747b28c
	sum := uint32(seed) ^ uint32(len(m.key))
	rest := m.key
	for ; len(rest) >= 4; rest = rest[4:] {
		word := binary.LittleEndian.Uint32(rest) * multiplier
		word = (word ^ word>>24) * multiplier
		sum = sum*multiplier ^ word
	}
	for at := len(rest) - 1; at >= 0; at-- {
		sum ^= uint32(rest[at]) << (8 * at)
	}
	if len(rest) > 0 {
		sum *= multiplier
	}
	sum = (sum ^ sum>>13) * multiplier
	return (sum ^ sum>>15) & 0x7fffffff
}
