/**
 * The base protocol: the .proto files of today without what extensions added to its messages, whose
 * numbers begin at 1000.
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const FIRST_OF_EXTENSIONS = 1_000;

/** A file descriptor set as clients have it that know no extension. */
export function withoutExtensions(bytes: Uint8Array): Uint8Array {
  const set = fromBinary(FileDescriptorSetSchema, bytes);
  for (const { messageType } of set.file) {
    for (const message of messageType) {
      message.field = message.field.filter(({ number }) => number < FIRST_OF_EXTENSIONS);
    }
  }
  return toBinary(FileDescriptorSetSchema, set);
}
