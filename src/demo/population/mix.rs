//! Numbers that look random and are a function of what they belong to.

/// Scatters a number over all 64 bits; no two numbers share a result (splitmix64's finaliser).
pub(in crate::demo) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number for a text under a seed (FNV-1a, scattered).
pub(in crate::demo) fn of_text(seed: u64, text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ mix(seed), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(hash)
}

/// Sixteen bytes that no other `key` shares.
pub(in crate::demo) fn sixteen_bytes(key: u64) -> [u8; 16] {
    let both = u128::from(mix(key)) << 64 | u128::from(mix(!key));
    both.to_be_bytes()
}

pub(in crate::demo) fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// An endless row of numbers.
pub(in crate::demo) struct Numbers(u64);

impl Numbers {
    pub(in crate::demo) fn of(key: u64) -> Self {
        Self(mix(key))
    }

    /// A number below `bound`; 0 where there is none.
    pub(in crate::demo) fn below(&mut self, bound: u64) -> u64 {
        self.0 = mix(self.0);
        self.0.checked_rem(bound).unwrap_or(0)
    }

    pub(in crate::demo) fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.below(words.len() as u64)).unwrap_or(0);
        words.get(at).copied().unwrap_or_default()
    }
}
