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
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes: [u8; 16] = bytes();
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]));
    digits.collect()
}

fn bytes<const N: usize>() -> [u8; N] {
    let array = Uint8Array::new_with_length(N as u32);
    fill(&array);
    let mut bytes = [0; N];
    array.copy_to(&mut bytes);
    bytes
}
