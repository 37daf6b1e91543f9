//! Alarms and the states that they are in.

use aws_sdk_cloudwatch::types::{
    AlarmType, CompositeAlarm, Dimension as Named, MetricAlarm, StateValue,
};

use crate::adapters::cloudwatch::{CloudWatch, PAGES, timestamp};
use crate::adapters::error::AdapterError;
use crate::domain::metrics::BucketId;
use crate::domain::metrics::alarm::{Alarm, AlarmState, sort};

impl CloudWatch {
    /// All alarms of this region, those about `ours` first.
    pub async fn alarms(&self, ours: &[BucketId]) -> Result<Vec<Alarm>, AdapterError> {
        let target = format!("CloudWatch in {}", self.region);
        let attempt = self.attempt("asking for the alarms of", target, "cloudwatch:DescribeAlarms");
        let mut alarms = Vec::new();
        let mut composites = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let request = self
                .client
                .describe_alarms()
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .set_next_token(token.take());
            let page = request.send().await.map_err(|error| attempt.refused(error))?;
            alarms.extend(page.metric_alarms().iter().map(|alarm| metric(alarm, ours)));
            composites.extend(page.composite_alarms().iter().map(composite));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        for one in &mut composites {
            // Its rule names other alarms in quotes.
            let named = alarms.iter().filter(|it| one.about.contains(&format!("\"{}\"", it.name)));
            one.touches = named.flat_map(|it| it.touches.clone()).collect();
            one.touches.dedup();
        }
        alarms.extend(composites);
        sort(&mut alarms);
        Ok(alarms)
    }
}

fn metric(alarm: &MetricAlarm, ours: &[BucketId]) -> Alarm {
    let own = (alarm.namespace(), alarm.metric_name(), alarm.dimensions());
    // An alarm on an expression has its metrics there.
    let inner = alarm.metrics().iter().filter_map(|query| {
        let metric = query.metric_stat()?.metric()?;
        Some((metric.namespace(), metric.metric_name(), metric.dimensions()))
    });
    let watched: Vec<_> =
        std::iter::once(own).chain(inner).filter(|(_, name, _)| name.is_some()).collect();
    let is_of = |bucket: &&BucketId| {
        let is_it =
            |it: &Named| it.name() == Some("BucketName") && it.value() == Some(&bucket.name);
        watched.iter().any(|(_, _, dimensions)| dimensions.iter().any(is_it))
    };
    let about = watched.iter().map(|(namespace, name, dimensions)| {
        let mut words = vec![namespace.unwrap_or_default().to_owned()];
        words.extend(name.map(str::to_owned));
        words.extend(dimensions.iter().map(|it| {
            format!("{}={}", it.name().unwrap_or_default(), it.value().unwrap_or_default())
        }));
        words.join(" ")
    });
    Alarm {
        name: alarm.alarm_name().unwrap_or_default().to_owned(),
        state: state(alarm.state_value()),
        since: alarm
            .state_transitioned_timestamp()
            .or(alarm.state_updated_timestamp())
            .and_then(timestamp),
        reason: alarm.state_reason().unwrap_or_default().to_owned(),
        about: about.collect::<Vec<_>>().join(", "),
        touches: ours.iter().filter(is_of).cloned().collect(),
    }
}

fn composite(alarm: &CompositeAlarm) -> Alarm {
    Alarm {
        name: alarm.alarm_name().unwrap_or_default().to_owned(),
        state: state(alarm.state_value()),
        since: alarm
            .state_transitioned_timestamp()
            .or(alarm.state_updated_timestamp())
            .and_then(timestamp),
        reason: alarm.state_reason().unwrap_or_default().to_owned(),
        about: alarm.alarm_rule().unwrap_or_default().to_owned(),
        touches: Vec::new(),
    }
}

fn state(value: Option<&StateValue>) -> AlarmState {
    match value {
        Some(StateValue::Alarm) => AlarmState::Alarm,
        Some(StateValue::Ok) => AlarmState::Ok,
        Some(StateValue::InsufficientData) => AlarmState::InsufficientData,
        _ => AlarmState::Unknown,
    }
}
