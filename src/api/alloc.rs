//! An allocator that wipes what it frees.
//!
//! Tokens are JavaScript strings and stay out of linear memory by design. This
//! is the second line: whatever text was ever copied in, a misplaced token in
//! an error body for instance, is gone when its owner lets go of it.

#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout};

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

struct Wiping(WasmDynamicTalc);

#[global_allocator]
static ALLOCATOR: Wiping = Wiping(new_wasm_dynamic_allocator());

// SAFETY: hands every call on to talc, with the same layout. `realloc` stays
// the default one, which moves by `alloc`, copy and `dealloc`: so whatever is
// left behind is wiped too.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is talc's condition.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the block is `layout.size()` bytes, and the caller's to give
        // away. `black_box` lets the pointer escape, so that the writes are
        // not dropped as dead.
        unsafe {
            pointer.write_bytes(0, layout.size());
            self.0.dealloc(std::hint::black_box(pointer), layout);
        }
    }
}
