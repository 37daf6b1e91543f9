//! What is known of one bucket, and the charts of it.

use jiff::Timestamp;

use crate::app::fetched::Fetched;
use crate::domain::failure::Failure;
use crate::domain::metrics::class::StorageClass;
use crate::domain::metrics::cost::{Estimate, Prices};
use crate::domain::metrics::difference::Difference;
use crate::domain::metrics::listing::Listed;
use crate::domain::metrics::recording::Recordings;
use crate::domain::metrics::{Bucket, Measured};
use crate::domain::plot::unit::Unit;
use crate::domain::plot::{Form, Layer, Plot};
use crate::domain::series::{Jump, Series, Window};

/// A bucket of the configuration with all that was found out about it.
#[derive(Debug)]
pub struct BucketFigures {
    pub bucket: Bucket,
    pub measured: Fetched<Measured>,
    pub listed: Fetched<Listed>,
    pub recordings: Recordings,
    /// Why earlier listings could not be read.
    pub unrecorded: Option<Failure>,
    /// Its size over time, as far as anything tells it.
    pub size: Series,
    /// Where its size leaps.
    pub jumps: Vec<Jump>,
}

/// Where the figures of a chart are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    CloudWatch,
    /// Listings of earlier visits, kept by the console.
    Listings,
}

impl BucketFigures {
    pub fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            measured: Fetched::default(),
            listed: Fetched::default(),
            recordings: Recordings::default(),
            unrecorded: None,
            size: Series::default(),
            jumps: Vec::new(),
        }
    }

    /// Something has come in: what is made from it is made again.
    pub(super) fn renew(&mut self) {
        self.size = match (self.source(), self.measured.value()) {
            (Source::CloudWatch, Some(measured)) => measured.total(),
            (Source::CloudWatch, None) => Series::default(),
            (Source::Listings, _) => self.recordings.bytes(),
        };
        self.jumps = self.size.jumps();
    }

    /// CloudWatch, where it measures the bucket and has told something.
    pub fn source(&self) -> Source {
        let has_told = self.measured.value().is_some_and(|it| !it.classes.is_empty());
        let is_waiting = self.recordings.is_empty();
        if self.bucket.is_measured && (has_told || is_waiting) {
            Source::CloudWatch
        } else {
            Source::Listings
        }
    }

    pub fn objects(&self) -> Series {
        match (self.source(), self.measured.value()) {
            (Source::CloudWatch, Some(measured)) => measured.objects.clone(),
            (Source::CloudWatch, None) => Series::default(),
            (Source::Listings, _) => self.recordings.objects(),
        }
    }

    /// What it costs as it stands. A listing does not tell storage classes: what it has is taken for
    /// standard storage.
    pub fn estimate(&self, prices: &Prices) -> Option<Estimate> {
        let held = match self.source() {
            Source::CloudWatch => self.measured.value()?.newest(),
            // Storage of others has prices that are not in the table.
            Source::Listings if !self.bucket.is_measured => return None,
            Source::Listings => {
                let standard = StorageClass::of("StandardStorage")?;
                vec![(standard, self.listed.value()?.whole.bytes)]
            }
        };
        (!held.is_empty()).then(|| prices.estimate(&held))
    }

    /// Why the two figures differ, where both are known.
    pub fn difference(&self) -> Option<Difference> {
        Difference::of(self.measured.value()?, self.listed.value()?)
    }

    /// The chart of its size: an area for each storage class, or for each environment where it is
    /// only listed.
    pub fn size_plot(&self, window: Window) -> Plot {
        let layers = match (self.source(), self.measured.value()) {
            (Source::CloudWatch, measured) => {
                let classes = measured.map(|it| it.classes.as_slice()).unwrap_or_default();
                let layer = |label: &str, series: &Series| Layer {
                    label: label.to_owned(),
                    series: series.clone(),
                };
                // What has not been there for so long is not told of.
                let shown = classes.iter().filter(|it| !it.bytes.within(window).is_empty());
                shown.map(|it| layer(it.class.name(), &it.bytes)).collect()
            }
            (Source::Listings, _) => self.shares(),
        };
        let (title, total) = (self.bucket.id.to_string(), self.size.clone());
        let form = Form::Stacked;
        Plot { title, unit: Unit::Bytes, window, form, layers, total, thresholds: Vec::new() }
    }

    /// What each environment has in it, as listings of earlier visits tell.
    pub fn shares(&self) -> Vec<Layer> {
        let shares = self.bucket.shares.iter().map(|share| {
            let several =
                self.bucket.shares.iter().filter(|it| it.environment == share.environment);
            let label = if several.count() > 1 {
                format!("{} {}", share.environment, share.prefix)
            } else {
                share.environment.to_string()
            };
            Layer { label, series: self.recordings.bytes_of(share) }
        });
        shares.collect()
    }

    pub fn objects_plot(&self, window: Window) -> Plot {
        let series = self.objects();
        Plot {
            title: format!("{}, objects", self.bucket.id),
            unit: Unit::Count,
            window,
            form: Form::Lines,
            layers: vec![Layer { label: "objects".to_owned(), series }],
            total: Series::default(),
            thresholds: Vec::new(),
        }
    }

    /// When its newest figure is of.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.size.last().map(|point| point.at)
    }

    pub fn is_loading(&self) -> bool {
        self.measured.is_loading() || self.listed.is_loading()
    }
}
