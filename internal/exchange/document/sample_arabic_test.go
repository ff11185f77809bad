package document

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// arabicSample is a report in Arabic with something of everything.
func arabicSample() *Document {
	rows := make([][]Cell, 45)
	for i := range rows {
		rows[i] = []Cell{{Text: fmt.Sprintf("المورّد %d", i+1), Link: "https://example.org/record"},
			{Text: "تأخّر تسليم الإمدادات إلى المنطقة الشمالية (Northern District) بسبب إغلاق الطريق، ثم استؤنف بعد يومين."},
			{Text: fmt.Sprint(i * 137), Number: true}}
	}
	const prose = "واصل الائتلاف رصد إمدادات الأدوية في المنطقة، وتلقّى ردوداً من معظم أعضائه خلال عام 2026. وقد بلغت نسبة الإبلاغ 37.5% " +
		"مقارنةً بنسبة 29% في الفترة السابقة، وفقاً لمنظمة WHO ومكتب UNODC (الأمم المتحدة). لا تزال الأرقام أولية؛ فهل تكفي البيانات؟ نعم، «إلى حدٍّ ما». "
	return &Document{
		Title: "تقرير عن حالة الائتلاف المعني بإمدادات الأدوية الأساسية", Subtitle: "عدد فصلي، من كانون الثاني/يناير إلى آذار/مارس 2026",
		Lang: "ar", RTL: true, Date: "2026-04-05", Contents: "المحتويات", ChangedLabel: "تغيّر: كان العدد السابق %s",
		Sections: []Section{
			{ID: "summary", Title: "الملخّص", Level: 1, Blocks: []Block{
				Paragraph{Text: prose + "\n\n" + prose + prose},
				Paragraph{Text: "This paragraph is in English, with الأمم المتحدة 2026 and a number after it: 12 of 41.", Lang: "en"},
				Figures{List: []Figure{{Label: "الحوادث المبلَّغ عنها", Value: "1\u00a0284", Note: "من 37 عضواً", Was: "1\u00a0250"},
					{Label: "الأعضاء المبلِّغون", Value: "37 من 41", Link: "https://example.org/members"}, {Label: "الإنذارات المؤكَّدة", Value: "12", Note: "بعد المراجعة"},
					{Label: "متوسط التأخير", Value: "2.5 يوم", Note: "من الحدث إلى التقرير"}}},
				Notice{Text: "الأرقام مؤقتة إلى أن يبلّغ جميع الأعضاء.\n\nوتُصحَّح في العدد التالي (انظر https://example.org/reports/2026)."},
			}},
			{ID: "events", Title: "الأحداث", Level: 1, Blocks: []Block{Quote{Text: prose, By: "المنسّق الإقليمي"}}},
			{ID: "north", Title: "المنطقة الشمالية: مادة nitazene\u200f واتجاهاتها", Level: 2, Blocks: []Block{
				List{Items: []Item{{Text: "الطرق", Sub: []Item{{Text: "فُتح الجسر من جديد"}, {Text: "انظر الملخّص", Link: "#summary"}}}, {Text: "تكفي المخزونات ستة أسابيع"}}},
				List{Ordered: true, Items: []Item{{Text: "إرسال القافلة الثانية"}, {Text: "مراجعة العتبات"}}},
				Table{Caption: "عمليات التسليم بحسب المورّد", Columns: []string{"المورّد", "ماذا حدث", "الوحدات"}, Rows: rows, Note: "المصدر: سجلات الأعضاء."}}},
			{ID: "method", Title: "كيف تُحسب الأرقام", Level: 3, Blocks: []Block{
				Paragraph{Text: prose}, Picture{Alt: "خط يرتفع من كانون الثاني/يناير إلى آذار/مارس", Caption: "الشكل 1. التقارير بحسب الأسبوع"}}},
		},
	}
}

func TestArabicSampleFile(t *testing.T) {
	folder := os.Getenv("DOCUMENT_SAMPLES")
	if folder == "" {
		t.Skip("DOCUMENT_SAMPLES names no folder to write samples to")
	}
	if err := os.WriteFile(filepath.Join(folder, "sample-ar.pdf"), bytesOf(t, PDF, arabicSample()), 0o600); err != nil {
		t.Fatal(err)
	}
}
