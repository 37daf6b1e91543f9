//! The fuzz targets on a stable compiler: every seed, and some thousand inputs made from them, the same each time.
#![expect(clippy::indexing_slicing, reason = "where a mutant is cut lies within it")]

use std::panic::catch_unwind;

#[expect(unreachable_pub, dead_code, reason = "the fuzz targets are a crate of their own, too")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use targets::{TARGETS, Target};

const TRIES: usize = 600;
/// What readers look for; mutants get some of it.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\xff\xff\xff\x7f",
    b"\x05\0\0\0\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"\n",
    b"\t",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"null",
    b"\x1b[",
    b"\x1b]8;;",
    "\u{202e}".as_bytes(),
    b"../",
    b"items",
    b"$numberLong",
    b"=",
    b"!",
    b"(",
    b"*",
];

#[test]
fn every_target_holds_on_its_seeds_and_on_what_is_made_of_them() {
    let fallen: Vec<String> = TARGETS.into_iter().filter_map(first_fall).collect();
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
}

/// The first input that a target does not hold on.
fn first_fall(target: Target) -> Option<String> {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has no seed", target.name);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mutants = (0..TRIES).map(|_| mutant(&seeds, &mut dice));
    seeds.iter().cloned().chain(mutants).find_map(|bytes| {
        let held = catch_unwind(|| targets::run(target.name, &bytes));
        held.is_err().then(|| format!("{} fell over {}", target.name, bytes.escape_ascii()))
    })
}

/// A seed with a few changes: bytes, tokens, cuts, repeats, a piece of another seed.
fn mutant(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(seeds).clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(64)).min(bytes.len());
        let with: Vec<u8> = match dice.below(6) {
            0 => vec![dice.byte()],
            1 => dice.pick(TOKENS).to_vec(),
            2 => bytes[at..end].repeat(2),
            3 => {
                let other = dice.pick(seeds);
                let from = dice.below(other.len() + 1);
                other[from..(from + 64).min(other.len())].to_vec()
            }
            4 => bytes[at..end].iter().map(|byte| byte ^ (1 << dice.below(8))).collect(),
            _ => Vec::new(),
        };
        if dice.below(16) == 0 {
            bytes.truncate(at);
        } else {
            // As often in place as not: whatever is found by position stays where it was.
            let end = if dice.below(2) == 0 { (at + with.len()).min(bytes.len()) } else { end };
            bytes.splice(at..end, with);
        }
    }
    bytes
}

/// A xorshift generator: the same inputs on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound as u64)).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
