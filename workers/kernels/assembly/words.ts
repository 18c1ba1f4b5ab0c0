/** Arguments of a record. */

export function word(record: usize, index: i32): i32 {
  return load<i32>(record + ((<usize>index) << 2));
}

export function address(record: usize, index: i32): usize {
  return load<usize>(record + ((<usize>index) << 2));
}

export function real(record: usize, index: i32): f32 {
  return load<f32>(record + ((<usize>index) << 2));
}

export function least(a: i32, b: i32): i32 {
  return a < b ? a : b;
}
