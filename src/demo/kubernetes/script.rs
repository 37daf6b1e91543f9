//! The lives of pods, healthy and troubled. The texts that kubectl prints are written by hand, step
//! for step; a test asks kubectl itself.

use crate::demo::kubernetes::step::{
    Conditions, Counts, Lasts, Of, Ready, Script, State, Step, Tell,
};

const KUBELET: &str = "kubelet";
const SCHEDULER: &str = "default-scheduler";

const fn tell(of: Of, reason: &'static str, message: &'static str) -> Tell {
    Tell { of, is_warning: false, reason, message, component: KUBELET }
}

const fn warn(of: Of, reason: &'static str, message: &'static str) -> Tell {
    Tell { of, is_warning: true, reason, message, component: KUBELET }
}

const SCHEDULED: Tell = Tell {
    component: SCHEDULER,
    ..tell(Of::Pod, "Scheduled", "Successfully assigned {namespace}/{pod} to {node}")
};
const PULLED: Tell =
    tell(Of::EachContainer, "Pulled", "Container image \"{image}\" already present on machine");
const CREATED: Tell = tell(Of::EachContainer, "Created", "Created container: {container}");
const STARTED: Tell = tell(Of::EachContainer, "Started", "Started container {container}");
const BACK_OFF: Tell = warn(
    Of::EachContainer,
    "BackOff",
    "Back-off restarting failed container {container} in pod {pod}_{namespace}({uid})",
);

const BACKING_OFF: State = State::Waiting {
    reason: "CrashLoopBackOff",
    message: "back-off {backoff} restarting failed container={container} pod={pod}_{namespace}({uid})",
};
const CREATING: State = State::Waiting { reason: "ContainerCreating", message: "" };
const INITIALIZING: State = State::Waiting { reason: "PodInitializing", message: "" };
const DONE: State = State::Ended { exit: 0, reason: "Completed" };
const ERROR: State = State::Ended { exit: 1, reason: "Error" };

const UP: Step = Step {
    lasts: Lasts::Forever,
    ready: Ready::All,
    status: "Running",
    deleted: "Terminating",
    counts: Counts::Containers,
    phase: "Running",
    because: None,
    inits: &[],
    containers: &[State::Running { ready: true }],
    conditions: Conditions::Ready,
    tells: &[],
};
const PENDING: Step = Step {
    lasts: Lasts::Seconds(1, 1),
    ready: Ready::None,
    status: "Pending",
    phase: "Pending",
    inits: &[State::Waiting { reason: "", message: "" }],
    containers: &[],
    conditions: Conditions::Unscheduled(""),
    ..UP
};
const CONTAINER_CREATING: Step = Step {
    lasts: Lasts::Seconds(2, 6),
    ready: Ready::None,
    status: "ContainerCreating",
    phase: "Pending",
    containers: &[CREATING],
    conditions: Conditions::Starting,
    tells: &[SCHEDULED],
    ..UP
};
const WARMING_UP: Step = Step {
    lasts: Lasts::Seconds(4, 9),
    ready: Ready::None,
    containers: &[State::Running { ready: false }],
    conditions: Conditions::Starting,
    tells: &[PULLED, CREATED, STARTED],
    ..UP
};
const INIT_WAITS: Step = Step {
    lasts: Lasts::Seconds(1, 3),
    ready: Ready::None,
    status: "Init:0/1",
    counts: Counts::Inits,
    phase: "Pending",
    inits: &[INITIALIZING],
    containers: &[INITIALIZING],
    conditions: Conditions::Initializing,
    tells: &[SCHEDULED],
    ..UP
};
const INIT_RUNS: Step = Step {
    lasts: Lasts::Seconds(5, 11),
    inits: &[State::Running { ready: false }],
    tells: &[
        tell(Of::EachInit, "Created", "Created container: {container}"),
        tell(Of::EachInit, "Started", "Started container {container}"),
    ],
    ..INIT_WAITS
};
const POD_INITIALIZING: Step = Step {
    lasts: Lasts::Seconds(1, 3),
    status: "PodInitializing",
    counts: Counts::Containers,
    inits: &[],
    conditions: Conditions::Starting,
    tells: &[],
    ..INIT_WAITS
};
const CRASHED: Step = Step {
    lasts: Lasts::Seconds(2, 4),
    ready: Ready::None,
    status: "Error",
    containers: &[ERROR],
    conditions: Conditions::Starting,
    ..UP
};
const CRASH_BACK_OFF: Step = Step {
    lasts: Lasts::BackOff,
    status: "CrashLoopBackOff",
    containers: &[BACKING_OFF],
    tells: &[BACK_OFF],
    ..CRASHED
};

pub(super) static HEALTHY: Script =
    Script { first: &[PENDING, CONTAINER_CREATING, WARMING_UP], then: &[UP] };

/// One container that runs to its end before the others start.
pub(super) static WITH_INIT: Script =
    Script { first: &[PENDING, INIT_WAITS, INIT_RUNS, POD_INITIALIZING, WARMING_UP], then: &[UP] };

/// One container that starts before the other and stays.
pub(super) static WITH_SIDECAR: Script = Script {
    first: &[
        PENDING,
        INIT_WAITS,
        Step { ready: Ready::Exactly("1/2"), ..POD_INITIALIZING },
        Step { ready: Ready::Exactly("1/2"), ..WARMING_UP },
    ],
    then: &[UP],
};

/// Starts, finds something missing and dies, over and over.
pub(super) static CRASH_LOOP: Script = Script {
    first: &[PENDING, CONTAINER_CREATING],
    then: &[
        Step { lasts: Lasts::Seconds(14, 22), tells: &[PULLED, CREATED, STARTED], ..UP },
        CRASHED,
        CRASH_BACK_OFF,
    ],
};

/// Runs well for minutes, then needs more memory than it may have.
pub(super) static OUT_OF_MEMORY: Script = Script {
    first: &[PENDING, CONTAINER_CREATING, WARMING_UP],
    then: &[
        Step { lasts: Lasts::Seconds(230, 290), ..UP },
        Step {
            status: "OOMKilled",
            containers: &[State::Ended { exit: 137, reason: "OOMKilled" }],
            ..CRASHED
        },
        Step { lasts: Lasts::Seconds(10, 20), ..CRASH_BACK_OFF },
        WARMING_UP,
    ],
};

const NOT_FOUND: &str = "rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \
    \"{image}\": {image}: not found";
const NOT_PULLED: &str = "Failed to pull image \"{image}\": rpc error: code = NotFound desc = failed to \
    pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found";

/// The registry does not know the image.
pub(super) static NO_IMAGE: Script = Script {
    first: &[PENDING, Step { lasts: Lasts::Seconds(1, 2), ..CONTAINER_CREATING }],
    then: &[
        Step {
            lasts: Lasts::Seconds(11, 15),
            status: "ErrImagePull",
            containers: &[State::Waiting { reason: "ErrImagePull", message: NOT_FOUND }],
            tells: &[
                tell(Of::EachContainer, "Pulling", "Pulling image \"{image}\""),
                warn(Of::EachContainer, "Failed", NOT_PULLED),
                warn(Of::EachContainer, "Failed", "Error: ErrImagePull"),
            ],
            ..CONTAINER_CREATING
        },
        Step {
            lasts: Lasts::Seconds(25, 70),
            status: "ImagePullBackOff",
            containers: &[State::Waiting {
                reason: "ImagePullBackOff",
                message: "Back-off pulling image \"{image}\": ErrImagePull: {image}: not found",
            }],
            tells: &[
                tell(Of::EachContainer, "BackOff", "Back-off pulling image \"{image}\""),
                warn(Of::EachContainer, "Failed", "Error: ImagePullBackOff"),
            ],
            ..CONTAINER_CREATING
        },
    ],
};

const TOO_BIG: &str = "0/6 nodes are available: 6 Insufficient cpu. preemption: 0/6 nodes are \
    available: 6 No preemption victims found for incoming pod.";

/// Asks for more than any node has left.
pub(super) static UNSCHEDULABLE: Script = Script {
    first: &[PENDING],
    then: &[Step {
        lasts: Lasts::Seconds(300, 300),
        conditions: Conditions::Unscheduled(TOO_BIG),
        tells: &[Tell {
            of: Of::Pod,
            is_warning: true,
            reason: "FailedScheduling",
            message: TOO_BIG,
            component: SCHEDULER,
        }],
        ..PENDING
    }],
};

/// What comes before the container fails again and again.
pub(super) static INIT_CRASH_LOOP: Script = Script {
    first: &[PENDING, INIT_WAITS],
    then: &[
        INIT_RUNS,
        Step {
            lasts: Lasts::Seconds(2, 3),
            status: "Init:Error",
            inits: &[ERROR],
            tells: &[],
            ..INIT_WAITS
        },
        Step {
            lasts: Lasts::BackOff,
            status: "Init:CrashLoopBackOff",
            inits: &[BACKING_OFF],
            tells: &[warn(
                Of::EachInit,
                "BackOff",
                "Back-off restarting failed container {container} in pod {pod}_{namespace}({uid})",
            )],
            ..INIT_WAITS
        },
    ],
};

const COMPLETED: Step = Step {
    ready: Ready::None,
    status: "Completed",
    deleted: "Completed",
    phase: "Succeeded",
    containers: &[DONE],
    conditions: Conditions::Completed,
    ..UP
};
const WORKING: Step = Step { lasts: Lasts::Work, tells: &[PULLED, CREATED, STARTED], ..UP };

/// Works for a while and is done.
pub(super) static WORK: Script =
    Script { first: &[PENDING, CONTAINER_CREATING, WORKING], then: &[COMPLETED] };

/// Works for a while and gives up.
pub(super) static FAILING_WORK: Script = Script {
    first: &[PENDING, CONTAINER_CREATING, WORKING],
    then: &[Step {
        status: "Error",
        deleted: "Error",
        phase: "Failed",
        containers: &[ERROR],
        conditions: Conditions::Failed,
        ..COMPLETED
    }],
};

const EVICTED_STEP: Step = Step {
    status: "Evicted",
    deleted: "Evicted",
    phase: "Failed",
    because: Some((
        "Evicted",
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61580Ki. \
         Container {container} was using 1893120Ki, request is 256Mi, has larger consumption of memory. ",
    )),
    containers: &[],
    conditions: Conditions::Failed,
    ..COMPLETED
};

/// Thrown out by its node, and nothing is known of its containers.
pub(super) static EVICTED: Script = Script { first: &[], then: &[EVICTED_STEP] };

/// The same, and the kubelet has left word of the container: kubectl prints that.
pub(super) static EVICTED_UNKNOWN: Script = Script {
    first: &[],
    then: &[Step {
        status: "ContainerStatusUnknown",
        deleted: "ContainerStatusUnknown",
        containers: &[State::Ended { exit: 137, reason: "ContainerStatusUnknown" }],
        ..EVICTED_STEP
    }],
};

/// Answers its readiness probe most of the time.
pub(super) static FLAPPING: Script = Script {
    first: &[PENDING, CONTAINER_CREATING, WARMING_UP],
    then: &[
        Step { lasts: Lasts::Seconds(20, 90), ..UP },
        Step {
            lasts: Lasts::Seconds(5, 12),
            ready: Ready::None,
            containers: &[State::Running { ready: false }],
            conditions: Conditions::Starting,
            tells: &[warn(
                Of::EachContainer,
                "Unhealthy",
                "Readiness probe failed: HTTP probe failed with statuscode: 503",
            )],
            ..UP
        },
    ],
};
