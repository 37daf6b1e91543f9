//! The body of a download: made piece by piece while it is sent, with the faults of the way.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use crate::demo::population::{Population, Recipe};

/// What is made and held of a body at a time.
const PIECE: u64 = 128 << 10;

pub(super) struct Body {
    pub(super) population: Arc<Population>,
    pub(super) recipe: Recipe,
    pub(super) range: Range<u64>,
    /// The place of the byte that has changed.
    pub(super) flipped: Option<u64>,
    /// The way to the bucket, where it is slow.
    pub(super) road: Option<(Arc<Road>, u64)>,
    /// Where the connection breaks.
    pub(super) breaks_at: Option<u64>,
}

/// One road for all downloads: who comes later waits for those before.
#[derive(Debug, Default)]
pub(super) struct Road {
    free: Mutex<Option<Instant>>,
}

impl Body {
    pub(super) fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
        try_unfold(self, |mut body| async move {
            let piece = body.next().await?;
            Ok(piece.map(|piece| (piece, body)))
        })
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut end = self.range.end.min(self.range.start + self.piece());
        if let Some(limit) = self.breaks_at {
            end = end.min(limit);
            if end <= self.range.start && !self.range.is_empty() {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        if self.range.start >= end {
            return Ok(None);
        }
        let (population, recipe, start) = (self.population.clone(), self.recipe, self.range.start);
        let length = usize::try_from(end - start).unwrap_or(usize::MAX);
        // Making bytes is work, and the end of an object may ask for all of it.
        let mut bytes = spawn_blocking(move || population.read(recipe, start, length)).await?;
        let flipped = self.flipped.and_then(|at| usize::try_from(at.checked_sub(start)?).ok());
        if let Some(byte) = flipped.and_then(|at| bytes.get_mut(at)) {
            *byte ^= 1;
        }
        if let Some((road, rate)) = &self.road {
            road.travel(end - start, *rate).await;
        }
        self.range.start = end;
        Ok(Some(bytes.into()))
    }

    /// A slow road carries small pieces, so that they keep coming.
    fn piece(&self) -> u64 {
        self.road.as_ref().map_or(PIECE, |(_, rate)| (rate / 10).clamp(1, PIECE))
    }
}

impl Road {
    async fn travel(&self, bytes: u64, bytes_per_second: u64) {
        let mut free = self.free.lock().await;
        let micros = (bytes * 1_000_000).checked_div(bytes_per_second).unwrap_or(0);
        let now = Instant::now();
        let arrival = free.unwrap_or(now).max(now) + Duration::from_micros(micros);
        *free = Some(arrival);
        drop(free);
        sleep_until(arrival).await;
    }
}
