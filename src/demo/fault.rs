//! The training faults of `demo --fault NAME`: what each rehearses, and how a drill must end under it.

use std::fmt;
use std::str::FromStr;

/// Something that goes wrong in one of the world's servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    CutDump,
    OtherEnvironment,
    DiskFull,
    Oom,
    SourceUnreachable,
    EngineGone,
    Slow,
    S3Errors,
    Refused,
    WrongBytes,
    Api401,
    Api403,
    ApiHang,
    ApiSlowList,
    WatchCut,
    WatchGone,
    CloudWatch403,
    CloudWatchExpired,
    CloudWatchThrottled,
    CloudWatchPartial,
}

/// How a drill ends under a fault, in the words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub verdict: &'static str,
    /// The rules that must report it; empty where no rule does.
    pub rules: &'static [&'static str],
}

impl Fault {
    pub const ALL: [Self; 20] = [
        Self::CutDump,
        Self::OtherEnvironment,
        Self::DiskFull,
        Self::Oom,
        Self::SourceUnreachable,
        Self::EngineGone,
        Self::Slow,
        Self::S3Errors,
        Self::Refused,
        Self::WrongBytes,
        Self::Api401,
        Self::Api403,
        Self::ApiHang,
        Self::ApiSlowList,
        Self::WatchCut,
        Self::WatchGone,
        Self::CloudWatch403,
        Self::CloudWatchExpired,
        Self::CloudWatchThrottled,
        Self::CloudWatchPartial,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CutDump => "cut-dump",
            Self::OtherEnvironment => "other-environment",
            Self::DiskFull => "disk-full",
            Self::Oom => "oom",
            Self::SourceUnreachable => "source-unreachable",
            Self::EngineGone => "engine-gone",
            Self::Slow => "slow",
            Self::S3Errors => "s3-5xx",
            Self::Refused => "refused",
            Self::WrongBytes => "wrong-bytes",
            Self::Api401 => "api-401",
            Self::Api403 => "api-403",
            Self::ApiHang => "api-hang",
            Self::ApiSlowList => "api-slow-list",
            Self::WatchCut => "watch-cut",
            Self::WatchGone => "watch-gone",
            Self::CloudWatch403 => "cloudwatch-403",
            Self::CloudWatchExpired => "cloudwatch-expired",
            Self::CloudWatchThrottled => "cloudwatch-throttled",
            Self::CloudWatchPartial => "cloudwatch-partial",
        }
    }

    /// What it rehearses, in one line.
    pub const fn rehearses(self) -> &'static str {
        match self {
            Self::CutDump => "the upload stopped early and every backup ends in its middle",
            Self::OtherEnvironment => "production's backups hold what staging's server dumped",
            Self::DiskFull => "the engine's disk fills up while the dump is restored",
            Self::Oom => "the kernel kills the sandbox's server for its memory",
            Self::SourceUnreachable => "the live database does not answer",
            Self::EngineGone => "the container engine goes away in the middle of a drill",
            Self::Slow => "the way to the bucket is slow, and nothing else is wrong",
            Self::S3Errors => "every third download is answered with 503 Slow Down",
            Self::Refused => "the sandbox's server refuses some of the documents",
            Self::WrongBytes => "one byte of every backup has changed where it is kept",
            Self::Api401 => "staging's cluster knows your login no more",
            Self::Api403 => "dev's cluster forbids a look into kube-system",
            Self::ApiHang => "staging's cluster takes requests and answers none",
            Self::ApiSlowList => "prod's cluster has ten thousand pods and lists them slowly",
            Self::WatchCut => "prod's cluster breaks every watch off after a few seconds",
            Self::WatchGone => "dev's cluster has forgotten what every watch asks for",
            Self::CloudWatch403 => "CloudWatch may not be asked with your login",
            Self::CloudWatchExpired => "CloudWatch knows your login no more",
            Self::CloudWatchThrottled => "CloudWatch takes no more requests",
            Self::CloudWatchPartial => "CloudWatch holds back objects and the newest points",
        }
    }

    /// Whether a drill meets it: it does without Kubernetes and without CloudWatch.
    pub const fn is_about_drills(self) -> bool {
        !matches!(
            self,
            Self::Api401
                | Self::Api403
                | Self::ApiHang
                | Self::ApiSlowList
                | Self::WatchCut
                | Self::WatchGone
                | Self::CloudWatch403
                | Self::CloudWatchExpired
                | Self::CloudWatchThrottled
                | Self::CloudWatchPartial
        )
    }

    /// How a drill must end while it is on.
    pub const fn ending(self) -> Ending {
        match self {
            Self::CutDump | Self::WrongBytes => Ending { verdict: "fail", rules: &["A1"] },
            Self::OtherEnvironment => Ending { verdict: "fail", rules: &["B0"] },
            Self::Refused => Ending { verdict: "fail", rules: &["A6"] },
            Self::DiskFull | Self::Oom | Self::SourceUnreachable | Self::EngineGone => {
                Ending { verdict: "could-not-verify", rules: &[] }
            }
            // A drill does without Kubernetes and CloudWatch.
            Self::Slow
            | Self::S3Errors
            | Self::Api401
            | Self::Api403
            | Self::ApiHang
            | Self::ApiSlowList
            | Self::WatchCut
            | Self::WatchGone
            | Self::CloudWatch403
            | Self::CloudWatchExpired
            | Self::CloudWatchThrottled
            | Self::CloudWatchPartial => Ending { verdict: "pass", rules: &[] },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|fault| fault.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|fault| fault.name()).collect();
            format!("there is no fault `{text}`; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
            assert!(!fault.rehearses().ends_with('.'));
        }
    }

    #[test]
    fn what_goes_wrong_at_a_cluster_or_with_metrics_is_not_rehearsed_with_drills() {
        let others = Fault::ALL.into_iter().filter(|fault| !fault.is_about_drills());
        let others: Vec<_> = others.map(Fault::name).collect();
        let elsewhere = ["api-", "watch-", "cloudwatch-"];
        let is_elsewhere = |name: &&str| elsewhere.iter().any(|system| name.starts_with(system));
        assert!(others.len() == 10 && others.iter().all(is_elsewhere), "{others:?}");
    }

    #[test]
    fn an_unknown_fault_is_answered_with_the_known_ones() {
        let error = "earthquake".parse::<Fault>().unwrap_err();
        assert!(error.contains("`earthquake`") && error.contains("cut-dump"), "{error}");
    }

    #[test]
    fn exactly_the_failing_endings_name_rules() {
        for fault in Fault::ALL {
            let ending = fault.ending();
            assert_eq!(ending.verdict == "fail", !ending.rules.is_empty(), "{fault}");
        }
    }
}
