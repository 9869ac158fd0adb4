"""What the readers say, in both languages side by side; each is headed by the label of the field."""

from registry.labels import Label

FIELD_AND_REASON = Label("{field}: {reason}", "{field}：{reason}")
ANY_TEXT = Label("Text", "文字")

# any entry

EMPTY = Label("nothing was entered.", "未填写内容。")
TOO_LONG = Label(
    "{length} characters are too many; at most {longest} are allowed.",
    "共{length}个字符，超过上限{longest}个字符。",
)
SEVERAL_CELLS = Label(
    "it contains a tab or a line break. Enter one value only.",
    "含有制表符或换行符，请只填写一个值。",
)
CONTROL_CHARACTER = Label(
    "it contains an invisible control character ({code}). Delete it or type the text again.",
    "含有不可见的控制字符({code})，请删除或重新输入。",
)
LOST_CHARACTER = Label(
    "a character was lost when this text was copied (it shows as {code}). Type it again.",
    "复制时有字符丢失(显示为{code})，请重新输入。",
)
MISSING = Label(
    "“{text}” says that the value is missing. Leave the field empty and give the reason why.",
    "“{text}”表示缺失，请将该项留空并选择缺失原因。",
)
NOT_A_DIGIT = Label(
    "“{text}” contains {character}, which is not a digit.",
    "“{text}”中的{character}不是数字。",
)
NAMED_CHARACTER = Label("“{sign}” ({script}, {code})", "“{sign}”({script}，{code})")
SPACE = Label("a space", "空格")
ANOTHER_CHARACTER = Label("another character", "其他字符")
SCRIPTS = {
    "LATIN": Label("Latin letter", "拉丁字母"),
    "CYRILLIC": Label("Cyrillic letter", "西里尔字母"),
    "GREEK": Label("Greek letter", "希腊字母"),
}
OTHER_SCRIPT = Label("sign", "字符")

# identifiers

IDENTIFIER = Label(
    "this looks like {kind}. Nothing was stored. Data that identify a person do not belong in the "
    "registry: remove them and keep the link in the hospital.",
    "内容疑似{kind}，未予保存。登记系统不得录入可识别个人身份的信息，请删除，对应关系只保留在本院。",
)
CITIZEN_ID = Label("a Chinese citizen identity number", "公民身份号码")
OLD_CITIZEN_ID = Label("a 15-digit citizen identity number", "15位旧版公民身份号码")
MOBILE_NUMBER = Label("a mobile telephone number", "手机号码")
E_MAIL_ADDRESS = Label("an e-mail address", "电子邮箱地址")
STUDY_ID_CHARACTER = Label(
    "it contains {character}. Allowed are the letters A to Z, digits and - _ . / after a first "
    "letter or digit.",
    "含有{character}。只允许英文字母、数字和 - _ . /，且以字母或数字开头。",
)
STUDY_ID_SHAPE = Label(
    "it has as many digits as an identity or telephone number. Give the patient a study number "
    "of your own and keep the link in the hospital.",
    "位数与身份证号或手机号码相同。请使用本中心自编的研究编号，对应关系只保留在本院。",
)
SHORTENED_NUMBER = Label(
    "“{text}” is a long number that a spreadsheet has shortened. Format the column as text and "
    "copy the number again.",
    "“{text}”是被电子表格缩写的长数字，请将该列设为文本格式后重新复制。",
)

# codes

NOT_LISTED = Label(
    "“{text}” is not one of the permitted answers. Permitted: {choices}.",
    "“{text}”不在允许的选项中。可选：{choices}。",
)
DID_YOU_MEAN = Label("Did you mean {suggestions}?", "是否为：{suggestions}？")
NOT_A_LATIN_LETTER = Label(
    "“{text}” contains {character}, which only looks like a Latin letter. Type it again.",
    "“{text}”中的{character}只是形似拉丁字母，请重新输入。",
)

# numbers

ENTER = Label("Enter {wanted}.", "请填写{wanted}。")
WHOLE = Label("a whole number", "整数")
ONE_DECIMAL = Label("a number with at most 1 decimal", "最多1位小数的数字")
DECIMALS = Label("a number with at most {places} decimals", "最多{places}位小数的数字")
IN_UNIT = Label("{number} in {unit}", "{number}(单位{unit})")
LIMITS = Label("{low} to {high}", "{low}~{high}")
OUTSIDE = Label("{value} is not possible; allowed is {limits}.", "{value}超出允许范围，应为{limits}。")
NO_VALUE_LEFT = Label(
    "“{text}” leaves no possible value; allowed is {limits}.",
    "没有符合“{text}”的可能值，允许范围为{limits}。",
)
MORE_DECIMALS = Label("“{text}” has more decimals than are recorded.", "“{text}”的小数位数超出记录精度。")
TOO_MANY_DIGITS = Label(
    "{count} digits are too many for a measured value.", "共{count}位数字，不可能是测量值。"
)
RANGE = Label("“{text}” is a range; one single value is needed.", "“{text}”是一个区间，此处需要单个数值。")
UPSIDE_DOWN = Label(
    "“{text}”: the first number of a range must be the smaller one.",
    "“{text}”：区间的前一个数应小于后一个数。",
)
SPREAD = Label(
    "“{text}” describes a group (mean ± SD); one single value of this patient is needed.",
    "“{text}”是一组数据的统计量(均数±标准差)，此处需要该患者的单个数值。",
)
ONLY_PLAIN = Label(
    "“{text}”: “{sign}” cannot be kept with this field; only a plain number can.",
    "“{text}”：该项不能保存“{sign}”，只能保存单纯的数字。",
)
DECIMAL_COMMA = Label(
    "“{text}”: a decimal is written with a point, and thousands are groups of three digits.",
    "“{text}”：小数点请用“.”，千位分隔须每三位一组。",
)
THOUSANDS_POINT = Label(
    "“{text}” may mean {small} or {large}; write the one that is meant.",
    "“{text}”可能表示{small}，也可能表示{large}，请明确填写。",
)
NOT_PLAIN_DIGITS = Label(
    "“{text}” has an exponent, a raised digit or a fraction; write the number out in plain digits.",
    "“{text}”含有指数、上标或分数，请写成普通数字。",
)
OTHER_UNIT = Label("“{text}” is in {typed}.", "“{text}”的单位是{typed}。")
CONVERTED = Label("{equation}.", "{equation}。")
NO_NUMBER = Label("“{text}” is not a number.", "“{text}”不是数字。")
CERTAIN_COUNT = Label(
    "If it is not known exactly, enter ≥ with the largest certain number, for example ≥20.",
    "如不能确定确切数值，请填写“≥”加能确定的最大数，例如 ≥20。",
)
MORE_THAN_A_NUMBER = Label(
    "“{text}” is more than, or something other than, one number with its unit.",
    "“{text}”不是一个数字(及其单位)。",
)
READ_AS = Label("“{text}” was read as {meaning}. Is that right?", "“{text}”读作{meaning}，是否正确？")
MINUTES = Label("{minutes} min ({hours} h {rest} min)", "{minutes}分钟({hours}小时{rest}分)")
ASK_UNIT = Label("Is it in {typed}? {equation}.", "单位是否为{typed}？{equation}。")
ASK_FRACTION = Label("Is it a fraction? {value} = {percent}%.", "是否为小数？{value} = {percent}%。")
ASK_SECONDS = Label(
    "Is it a prothrombin time in seconds? The INR is a ratio without a unit.",
    "是否为以秒计的凝血酶原时间？INR是无单位的比值。",
)

# dates

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ENTER_DAY = Label("Enter year, month and day like 2023-04-12.", "请按“2023-04-12”填写年月日。")
ENTER_PARTIAL = Label(
    "Enter 2023-04-12, or 2023-04 or 2023 if no more is known.",
    "请填写“2023-04-12”；不能确定到日或月时填写“2023-04”或“2023”。",
)
ENTER_MONTH = Label("Enter year and month like 1962-04.", "请按“1962-04”填写年月。")
NO_DATE = Label("“{text}” is not a date.", "“{text}”不是日期。")
NO_MONTH = Label("this is not a year and month.", "填写的内容不是年月。")
NO_SUCH_DAY = Label("“{text}”: {month} {year} has {days} days.", "“{text}”：{year}年{number}月只有{days}天。")
NO_DAY_ZERO = Label("“{text}”: there is no day 0.", "“{text}”：没有0日。")
NO_SUCH_MONTH = Label("“{text}”: there is no month {month}.", "“{text}”：没有{month}月。")
TOO_EARLY = Label(
    "“{text}” is before {earliest}, the earliest date allowed.",
    "“{text}”早于允许的最早日期{earliest}。",
)
FUTURE = Label("“{text}” is in the future (after {latest}).", "“{text}”是将来的日期(晚于{latest})。")
SHORT_YEAR = Label("“{text}”: the year needs four digits.", "“{text}”：年份须为四位数字。")
YEAR_FIRST = Label(
    "“{text}”: the year comes first. Write {candidate}.", "“{text}”：年份应在最前，请改写为{candidate}。"
)
AMBIGUOUS = Label(
    "“{text}”: day and month cannot be told apart. Write {one} or {other}.",
    "“{text}”：无法区分日和月，请改写为{one}或{other}。",
)
SPREADSHEET_NUMBER = Label(
    "“{text}” is how a spreadsheet stores a date. If it means {proposed}, enter that.",
    "“{text}”是电子表格内部的日期数字。如指{proposed}，请直接填写该日期。",
)
DAY_MISSING = Label("“{text}”: the day is missing.", "“{text}”：缺少日。")
MONTH_MISSING = Label("“{text}”: the month is missing.", "“{text}”：缺少月份。")
ONE_DIGIT_MONTH = Label(
    "“{text}” may have lost a zero at its end: January or October?",
    "“{text}”末尾可能丢失了0：是1月还是10月？",
)
TIME_OF_DAY = Label("only the day is recorded, without the time.", "只记录日期，不记录时刻。")
MONTH_OR_SHORT_YEAR = Label(
    "“{text}” may be a month, or a day with a two-digit year.",
    "“{text}”可能是年月，也可能是两位数年份的日期。",
)
DAY_NOT_COLLECTED = Label(
    "to protect the patient only year and month are collected, not the day.",
    "为保护患者隐私，只采集年月，不采集日。",
)
