/**
 * The protocol of {@code PROTOCOL.md} on a host's side: frames, connections, and what an engine must be able to do. Plain
 * Java 8 without dependencies: neither Android's types nor ONNX Runtime's are known here.
 */
package pocketdiffusion.bridge;
