//! A command, put together.

/// Its name, and then its arguments.
pub(in crate::store::redis) struct Cmd(Vec<Vec<u8>>);

pub(in crate::store::redis) fn cmd(name: &str) -> Cmd {
    Cmd(vec![name.into()])
}

impl Cmd {
    pub(in crate::store::redis) fn arg(&mut self, argument: impl Argument) -> &mut Self {
        argument.add_to(&mut self.0);
        self
    }

    pub(super) fn words(&self) -> &[Vec<u8>] {
        &self.0
    }
}

/// What can be an argument, or several.
pub(in crate::store::redis) trait Argument {
    fn add_to(&self, words: &mut Vec<Vec<u8>>);
}

impl<T: Argument + ?Sized> Argument for &T {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        (**self).add_to(words);
    }
}

impl Argument for str {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        words.push(self.into());
    }
}

impl Argument for String {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        self.as_str().add_to(words);
    }
}

impl Argument for [u8] {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        words.push(self.into());
    }
}

impl<const N: usize> Argument for [u8; N] {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        words.push(self.into());
    }
}

impl Argument for [String] {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        words.extend(self.iter().map(|word| word.as_bytes().to_vec()));
    }
}

impl Argument for Vec<String> {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        self.as_slice().add_to(words);
    }
}

impl Argument for bool {
    fn add_to(&self, words: &mut Vec<Vec<u8>>) {
        words.push(if *self { "1" } else { "0" }.into());
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Argument for $number {
            fn add_to(&self, words: &mut Vec<Vec<u8>>) {
                words.push(self.to_string().into());
            }
        }
    )*};
}

numbers! { i32 u32 u64 usize }
