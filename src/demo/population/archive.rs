//! The object itself: gzip of stored blocks, so that every offset in it is arithmetic.

use flate2::Crc;

use crate::demo::population::recipe::Recipe;
use crate::demo::population::seed::Seed;
use crate::demo::population::tarball::Tarball;
use crate::demo::population::window::Window;

/// Magic, deflate, no name, no time, made on Unix: what `tar -z` writes.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
/// A stored block begins with its kind, its length and the length's complement.
const BLOCK_HEADER: u64 = 5;
const BLOCK: u64 = 65_535;
/// The checksum and the length of what was packed.
const TRAILER: u64 = 8;

#[derive(Debug)]
pub(super) struct Archive {
    tarball: Tarball,
}

impl Archive {
    pub(super) fn new(seed: Seed, recipe: Recipe) -> Self {
        Self { tarball: Tarball::new(seed, recipe) }
    }

    pub(super) fn len(&self) -> u64 {
        let blocks = self.tarball.len().div_ceil(BLOCK);
        HEADER.len() as u64 + blocks * BLOCK_HEADER + self.tarball.len() + TRAILER
    }

    /// Fills `bytes`, which are zeros, with what begins at `offset`; asks for the checksum only
    /// where its place is inside.
    pub(super) fn read(&self, offset: u64, bytes: &mut [u8], checksum: impl FnOnce() -> u32) {
        let mut window = Window::new(offset, bytes);
        window.put(0, &HEADER);
        let trailer = self.len() - TRAILER;
        if window.touches(&(trailer..self.len())) {
            window.put(trailer, &checksum().to_le_bytes());
            let [low @ .., _, _, _, _] = self.tarball.len().to_le_bytes();
            window.put(trailer + 4, &low);
        }
        let blocks = window.part(HEADER.len() as u64..trailer);
        self.read_blocks(blocks);
    }

    /// The checksum of what was packed: reads it all.
    pub(super) fn checksum(&self) -> u32 {
        let mut sum = Crc::new();
        let mut bytes = vec![0; 1 << 17];
        let mut at = 0;
        while at < self.tarball.len() {
            bytes.fill(0);
            let left = usize::try_from(self.tarball.len() - at).unwrap_or(usize::MAX);
            let size = left.min(bytes.len());
            let piece = bytes.get_mut(..size).unwrap_or_default();
            self.tarball.read(Window::new(at, piece));
            sum.update(piece);
            at += size as u64;
        }
        sum.sum()
    }

    fn read_blocks(&self, mut window: Window<'_>) {
        let range = window.range();
        let stride = BLOCK_HEADER + BLOCK;
        for number in range.start / stride..range.end.div_ceil(stride) {
            let start = number * stride;
            let from = number * BLOCK;
            let length = BLOCK.min(self.tarball.len().saturating_sub(from));
            let is_last = from + length == self.tarball.len();
            let size = u16::try_from(length).unwrap_or(u16::MAX);
            let [low, high] = size.to_le_bytes();
            window.put(start, &[u8::from(is_last), low, high, !low, !high]);
            let payload = start + BLOCK_HEADER;
            let part = window.part(payload..payload + length);
            self.tarball.read(part.shifted(from));
        }
    }
}
