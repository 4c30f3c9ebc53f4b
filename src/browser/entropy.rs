//! Randomness from the browser.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill(array: &Uint8Array);
}

/// For the core's jitter.
pub(super) fn seed() -> u64 {
    u64::from_le_bytes(bytes())
}

/// 128 random bits in hexadecimal: the name of one page life.
pub(super) fn session() -> String {
    let mut name = String::with_capacity(32);
    for byte in bytes::<16>() {
        for digit in [byte >> 4, byte & 15] {
            let first = if digit < 10 { b'0' } else { b'a' - 10 };
            name.push(char::from(first + digit));
        }
    }
    name
}

fn bytes<const N: usize>() -> [u8; N] {
    let array = Uint8Array::new_with_length(N as u32);
    fill(&array);
    let mut bytes = [0; N];
    array.copy_to(&mut bytes);
    bytes
}
