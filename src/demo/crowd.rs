//! How many pods the clusters of the world have beside their own, for measuring.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::demo::population::Tier;

/// None, unless somebody asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crowd(BTreeMap<Tier, usize>);

impl Crowd {
    /// So many in one environment.
    pub fn only(tier: Tier, count: usize) -> Self {
        Self(BTreeMap::from([(tier, count)]))
    }

    pub fn of(&self, tier: Tier) -> usize {
        self.0.get(&tier).copied().unwrap_or(0)
    }
}

/// `1850` for each environment, `prod=10000` for one of them, `dev=10,prod=20` for some.
impl FromStr for Crowd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let mut crowd = BTreeMap::new();
        for part in text.split(',') {
            let (tiers, count) = match part.split_once('=') {
                None => (Tier::ALL.to_vec(), part),
                Some((name, count)) => {
                    let tier = Tier::ALL.into_iter().find(|tier| tier.name() == name);
                    (vec![tier.ok_or("there is no such environment")?], count)
                }
            };
            let count: usize = count.parse().map_err(|_| "write 1850, or prod=10000")?;
            crowd.extend(tiers.into_iter().map(|tier| (tier, count)));
        }
        Ok(Self(crowd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_for_all_or_for_some() {
        let all: Crowd = "1850".parse().unwrap();
        assert!(Tier::ALL.iter().all(|tier| all.of(*tier) == 1850));
        let some: Crowd = "prod=10000,dev=3".parse().unwrap();
        assert_eq!(Tier::ALL.map(|tier| some.of(tier)), [3, 0, 10_000]);
        assert!("nowhere=1".parse::<Crowd>().is_err());
        assert!("many".parse::<Crowd>().is_err());
    }
}
