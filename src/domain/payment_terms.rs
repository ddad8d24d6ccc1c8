//! When a charge is due.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AdditionalProperties, Schema},
    },
};

/// When a charge is due. What a request leaves out is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "GivenTerms")]
#[schema(examples(json!({"type": "calendar", "months": 0, "days": 0, "end_of_month": true, "then_days": 10})))]
pub enum PaymentTerms {
    /// At an age: so many times 24 hours after the charge, to the microsecond.
    Age {
        /// How many times 24 hours.
        #[schema(value_type = i32, minimum = 0, maximum = 3650, examples(30))]
        days: Days,
    },
    /// On a day of the calendar, counted from the day of the charge in the business's time zone. A charge is overdue when that day
    /// is over.
    Calendar {
        /// First, so many months later. In a month without such a day it is the last day.
        #[schema(value_type = i32, minimum = 0, maximum = 120, examples(0))]
        months: Months,
        /// Then, so many days later.
        #[schema(value_type = i32, minimum = 0, maximum = 3650, examples(0))]
        days: Days,
        /// Then, the last day of that month.
        #[schema(examples(true))]
        end_of_month: bool,
        /// Then, so many days later; 0 unless `end_of_month` is true.
        #[schema(value_type = i32, minimum = 0, maximum = 3650, examples(10))]
        then_days: Days,
    },
}

/// [`PaymentTerms`] as a request may write them, for the API's description: without what has a default, and without any other member.
/// They are read by `GivenTerms`, whose faults name the member.
#[derive(Debug)]
pub struct PaymentTermsRequest;

impl PartialSchema for PaymentTermsRequest {
    fn schema() -> RefOr<Schema> {
        let mut described = DescribedTerms::schema();
        if let RefOr::T(Schema::OneOf(types)) = &mut described {
            for terms in &mut types.items {
                if let RefOr::T(Schema::Object(terms)) = terms {
                    terms.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
                }
            }
        }
        described
    }
}

impl ToSchema for PaymentTermsRequest {}

/// When a charge is due.
#[derive(ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(
    examples(json!({"type": "calendar", "end_of_month": true, "then_days": 10}), json!({"type": "age", "days": 30}))
)]
#[expect(dead_code, reason = "it describes")]
enum DescribedTerms {
    /// At an age: so many times 24 hours after the charge, to the microsecond.
    Age {
        /// How many times 24 hours.
        #[schema(minimum = 0, maximum = 3650, examples(30))]
        days: i32,
    },
    /// On a day of the calendar, counted from the day of the charge in the business's time zone. A charge is overdue when that day
    /// is over.
    Calendar {
        /// First, so many months later. In a month without such a day it is the last day.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 120, default = 0, examples(0))]
        months: i32,
        /// Then, so many days later.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 3650, default = 0, examples(0))]
        days: i32,
        /// Then, the last day of that month.
        #[serde(default)]
        #[schema(default = false, examples(true))]
        end_of_month: bool,
        /// Then, so many days later. Other than 0 only if `end_of_month` is true.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 3650, default = 0, examples(10))]
        then_days: i32,
    },
}

impl Default for PaymentTerms {
    /// 30 times 24 hours.
    fn default() -> Self {
        Self::Age { days: Days(30) }
    }
}

/// Terms as they are written in JSON. A type of its own, so that a fault in a member is found at the member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTerms {
    r#type: Type,
    #[serde(default, deserialize_with = "given")]
    months: Option<Months>,
    #[serde(default, deserialize_with = "given")]
    days: Option<Days>,
    #[serde(default, deserialize_with = "given")]
    end_of_month: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    then_days: Option<Days>,
}

/// A member that is there has a value: `null` is none.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
enum Type {
    Age,
    Calendar,
}

impl TryFrom<String> for Type {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "age" => Ok(Self::Age),
            "calendar" => Ok(Self::Calendar),
            _ => Err("must be age or calendar"),
        }
    }
}

impl TryFrom<GivenTerms> for PaymentTerms {
    type Error = String;

    /// The words of serde where a member is missing or not known, so that the answer points at it.
    fn try_from(given: GivenTerms) -> Result<Self, Self::Error> {
        let GivenTerms { r#type, months, days, end_of_month, then_days } = given;
        if let Type::Age = r#type {
            let others = [
                ("months", months.is_some()),
                ("end_of_month", end_of_month.is_some()),
                ("then_days", then_days.is_some()),
            ];
            if let Some((name, _)) = others.into_iter().find(|(_, is_given)| *is_given) {
                return Err(format!("unknown field `{name}`, expected `type` or `days`"));
            }
            return days.map(|days| Self::Age { days }).ok_or_else(|| "missing field `days`".to_owned());
        }
        let (end_of_month, then_days) = (end_of_month.unwrap_or_default(), then_days.unwrap_or_default());
        if !end_of_month && then_days != Days(0) {
            return Err("member `then_days` must be 0 unless end_of_month is true".to_owned());
        }
        Ok(Self::Calendar {
            months: months.unwrap_or_default(),
            days: days.unwrap_or_default(),
            end_of_month,
            then_days,
        })
    }
}

impl TryFrom<Value> for PaymentTerms {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        serde_json::from_value(value)
    }
}

/// As JSON, for the command line.
impl std::str::FromStr for PaymentTerms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = r#"must be payment terms in JSON, such as {"type": "age", "days": 30}"#;
        serde_json::from_str(text).map_err(|error| format!("{FORM}: {error}"))
    }
}

impl std::fmt::Display for PaymentTerms {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        serde_json::to_string(self).map_err(|_| std::fmt::Error)?.fmt(formatter)
    }
}

macro_rules! count {
    ($(#[doc = $doc:literal])* $name:ident, max = $max:literal) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "i64")]
        pub struct $name(i64);

        impl TryFrom<i64> for $name {
            type Error = &'static str;

            fn try_from(count: i64) -> Result<Self, Self::Error> {
                if (0..=$max).contains(&count) {
                    Ok(Self(count))
                } else {
                    Err(concat!("must be a whole number from 0 to ", $max))
                }
            }
        }
    };
}

count! {
    /// A number of days, 0 to 3650.
    Days, max = 3650
}

count! {
    /// A number of months, 0 to 120.
    Months, max = 120
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::PaymentTerms;

    fn read(value: Value) -> Result<Value, String> {
        PaymentTerms::try_from(value).map(|terms| json!(terms)).map_err(|error| error.to_string())
    }

    #[test]
    fn terms_are_written_out() {
        let calendar = |months: i32, days: i32, end_of_month: bool, then_days: i32| json!({"type": "calendar", "months": months, "days": days, "end_of_month": end_of_month, "then_days": then_days});
        for (given, meant) in [
            (json!({"type": "age", "days": 0}), json!({"type": "age", "days": 0})),
            (json!({"type": "age", "days": 3650}), json!({"type": "age", "days": 3650})),
            (json!({"type": "calendar"}), calendar(0, 0, false, 0)),
            (json!({"type": "calendar", "days": 30}), calendar(0, 30, false, 0)),
            (json!({"type": "calendar", "end_of_month": true, "then_days": 10}), calendar(0, 0, true, 10)),
            (calendar(120, 3650, true, 3650), calendar(120, 3650, true, 3650)),
            (calendar(1, 2, false, 0), calendar(1, 2, false, 0)),
        ] {
            assert_eq!(read(given.clone()), Ok(meant), "{given}");
        }
        assert_eq!(json!(PaymentTerms::default()), json!({"type": "age", "days": 30}));
    }

    #[test]
    fn a_fault_in_terms_says_which_member_it_is() {
        let days = "must be a whole number from 0 to 3650";
        for (given, fault) in [
            (json!({}), "missing field `type`"),
            (json!({"type": "net"}), "must be age or calendar"),
            (json!({"type": "age"}), "missing field `days`"),
            (json!({"type": "age", "days": 3651}), days),
            (json!({"type": "age", "days": -1}), days),
            (json!({"type": "age", "days": 1, "months": 0}), "unknown field `months`, expected `type` or `days`"),
            (
                json!({"type": "age", "days": 1, "end_of_month": false}),
                "unknown field `end_of_month`, expected `type` or `days`",
            ),
            (json!({"type": "calendar", "then_days": 3651, "end_of_month": true}), days),
            (json!({"type": "calendar", "months": 121}), "must be a whole number from 0 to 120"),
            (json!({"type": "calendar", "then_days": 1}), "member `then_days` must be 0 unless end_of_month is true"),
        ] {
            assert_eq!(read(given.clone()), Err(fault.to_owned()), "{given}");
        }
        for given in
            [json!({"type": "calendar", "months": null}), json!({"type": "age", "days": 1.0}), json!(30), json!(null)]
        {
            assert!(read(given.clone()).is_err(), "{given}");
        }
    }

    #[test]
    fn the_command_line_takes_terms_in_json() {
        let terms: PaymentTerms = r#"{"type": "calendar", "months": 1}"#.parse().unwrap();
        assert_eq!(terms.to_string().parse(), Ok(terms));
        assert!("30".parse::<PaymentTerms>().unwrap_err().starts_with("must be payment terms in JSON"));
    }
}
