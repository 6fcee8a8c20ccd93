//! Runs the models on mutants.

use std::time::Duration;

use crate::crew;
use crate::models::{End, Models};
use crate::mutant::Mutant;
use crate::record::Record;
use crate::results::{Results, Verdict};

/// How long a model may take, as a multiple of what it takes without a mutant: a weaker ordering allows more
/// executions.
const PATIENCE: f64 = 5.0;
/// And at least so long.
const SHORTEST: f64 = 20.0;

/// Finds a verdict on each of these mutants that has none yet.
pub(crate) fn run(
    models: &Models,
    record: &Record,
    mutants: Vec<Mutant>,
    results: &mut Results,
    jobs: usize,
) -> Result<(), String> {
    let open: Vec<Mutant> =
        mutants.into_iter().filter(|mutant| results.of(&mutant.key()).is_none()).collect();
    crew::share(
        "mutants",
        jobs,
        open,
        |mutant| verdict(models, record, mutant),
        |mutant, verdict| results.add(mutant.key(), verdict),
    )
}

fn verdict(models: &Models, record: &Record, mutant: &Mutant) -> Result<Verdict, String> {
    let key = mutant.key();
    let (mut passed, mut endless) = (0, Vec::new());
    for model in record.models_of(&mutant.site) {
        let timeout = Duration::from_secs_f64((model.explored.seconds * PATIENCE).max(SHORTEST));
        match models.run(&model.name, &[("NAMED_SYNC_MUTANT", &key)], timeout)? {
            End::Passed(_) => passed += 1,
            End::Failed { how, .. } => {
                return Ok(Verdict::Killed { model: model.name.clone(), how });
            }
            End::TimedOut => endless.push(model.name.clone()),
        }
    }
    Ok(if endless.is_empty() {
        Verdict::Survived { models: passed }
    } else {
        Verdict::TimedOut { models: endless }
    })
}
