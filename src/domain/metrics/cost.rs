//! What storage costs in a month: bytes of each class at a price, never a bill.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::domain::metrics::class::StorageClass;
use crate::domain::units::ByteSize;

/// Prices by storage class, and when they were last compared with the vendor's.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    pub date: Date,
    pub currency: String,
    /// Of a GiB in a month.
    pub per_gibibyte: BTreeMap<StorageClass, f64>,
}

/// What a bucket's storage costs in a month as it stands. Requests, transfer and retrieval cost more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    pub lines: Vec<CostLine>,
    /// Of the lines that have a price.
    pub total: f64,
    pub currency: String,
    /// When the prices were last looked at.
    pub prices_of: Date,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostLine {
    pub class: StorageClass,
    pub bytes: ByteSize,
    /// `None`: the table has no price for the class.
    pub amount: Option<f64>,
}

impl Prices {
    pub fn estimate(&self, held: &[(StorageClass, ByteSize)]) -> Estimate {
        let lines: Vec<_> = held
            .iter()
            .map(|(class, bytes)| CostLine {
                class: *class,
                bytes: *bytes,
                amount: self.per_gibibyte.get(class).map(|price| price * gibibytes(*bytes)),
            })
            .collect();
        let total = lines.iter().filter_map(|line| line.amount).sum();
        Estimate { lines, total, currency: self.currency.clone(), prices_of: self.date }
    }
}

impl Estimate {
    /// `0.15 USD a month at the prices of 2026-11-01`, with what has no price.
    pub fn sentence(&self) -> String {
        let sum = self.money(self.total);
        let unpriced: Vec<_> = self
            .lines
            .iter()
            .filter(|line| line.amount.is_none())
            .map(|line| line.class.name())
            .collect();
        let without = match unpriced.as_slice() {
            [] => String::new(),
            names => format!("; without {}, which has no price in the table", names.join(", ")),
        };
        format!("{sum} a month at the prices of {}{without}", self.prices_of)
    }

    /// An amount with its currency: cents, and what is less than one as such.
    pub fn money(&self, amount: f64) -> String {
        let currency = &self.currency;
        if amount > 0.0 && amount < 0.01 {
            return format!("< 0.01 {currency}");
        }
        format!("{amount:.2} {currency}")
    }
}

fn gibibytes(size: ByteSize) -> f64 {
    size.bytes() as f64 / ByteSize::gibibytes(1).bytes() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(key: &str) -> StorageClass {
        StorageClass::of(key).unwrap()
    }

    #[test]
    fn each_class_costs_its_own_price_and_what_has_none_is_named() {
        let standard = class("StandardStorage");
        let deep = class("DeepArchiveStorage");
        let prices = Prices {
            date: jiff::civil::date(2026, 11, 1),
            currency: "USD".to_owned(),
            per_gibibyte: BTreeMap::from([(standard, 0.023)]),
        };
        let held = [(standard, ByteSize::gibibytes(100)), (deep, ByteSize::gibibytes(5))];
        let estimate = prices.estimate(&held);
        assert!((estimate.total - 2.3).abs() < 1e-9);
        assert_eq!(
            estimate.sentence(),
            "2.30 USD a month at the prices of 2026-11-01; without Deep Archive, which has no price in the table"
        );
        let little = prices.estimate(&[(standard, ByteSize(5_000_000))]);
        assert!(little.sentence().starts_with("< 0.01 USD a month"));
        assert_eq!(prices.estimate(&[]).money(0.0), "0.00 USD");
    }
}
